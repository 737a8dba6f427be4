import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** A button with a panel below it, which closes by a click elsewhere, by Escape, and once something in it was chosen. */
export function Menu({ name, id, children }: { name: string; id: string; children: ComponentChildren }) {
  const menu = useRef<HTMLDetailsElement>(null);
  const open = useSignal(false);
  useEffect(() => {
    const close = (event: Event) => {
      if (menu.current?.open && !menu.current.contains(event.target as Node)) menu.current.open = false;
    };
    addEventListener("pointerdown", close);
    return () => removeEventListener("pointerdown", close);
  }, []);
  return (
    <details
      class="menu"
      id={id}
      ref={menu}
      onToggle={(event) => {
        open.value = event.currentTarget.open;
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !menu.current?.open) return;
        menu.current.open = false;
        menu.current.querySelector("summary")?.focus();
      }}
      onClick={(event) => {
        if (menu.current && (event.target as Element).closest("[data-closes]")) menu.current.open = false;
      }}
    >
      <summary class="button">{name}</summary>
      {open.value && <div class="panel">{children}</div>}
    </details>
  );
}
