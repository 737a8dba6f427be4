import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";

interface Props {
  /** What the button says that asks. */
  what: string;
  /** What will happen. */
  question: string;
  yes: string;
  no: string;
  act: () => void;
}

/** A button for what cannot be taken back: it says first what will happen. */
export function Asking({ what, question, yes, no, act }: Props) {
  const asks = useSignal(false);
  const keep = useRef<HTMLButtonElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const id = useId();
  useEffect(() => {
    if (asks.value) keep.current?.focus();
  }, [asks.value]);
  const close = () => {
    asks.value = false;
    opener.current?.focus();
  };
  return (
    <>
      <button type="button" ref={opener} aria-expanded={asks.value} onClick={() => (asks.value = !asks.value)}>
        {what}
      </button>
      {asks.value && (
        <div
          class="asking"
          role="alertdialog"
          aria-labelledby={id}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            event.stopPropagation();
            event.preventDefault();
            close();
          }}
        >
          <p id={id}>{question}</p>
          <p class="row">
            <button
              type="button"
              class="danger"
              onClick={() => {
                close();
                act();
              }}
            >
              {yes}
            </button>
            <button type="button" ref={keep} onClick={close}>
              {no}
            </button>
          </p>
        </div>
      )}
    </>
  );
}
