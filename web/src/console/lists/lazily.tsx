import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";

/** A component that is loaded when it is first shown; until then there is nothing in its place. */
export function lazily<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let loaded: ComponentType<Props> | null = null;
  return function Later(props: Props) {
    const here = useSignal(loaded !== null);
    useEffect(() => {
      if (loaded !== null) return;
      let wanted = true;
      load().then((component) => {
        loaded = component;
        if (wanted) here.value = true;
      });
      return () => {
        wanted = false;
      };
    }, []);
    if (!here.value || loaded === null) return null;
    const Loaded = loaded;
    return <Loaded {...props} />;
  };
}
