/** Text that scrolls in its own box past some lines; the keyboard reaches it. */
export function LongText({ label, text }: { label: string; text: string }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a section has this role with a name only, and no newline in front of its text
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <pre role="region" aria-label={label} tabIndex={0}>
      {text}
    </pre>
  );
}
