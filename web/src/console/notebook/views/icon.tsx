const PATHS = {
  run: "M4 2.5v11l9-5.5z",
  stop: "M3.5 3.5h9v9h-9z",
  up: "M8 3 3 8h3v5h4V8h3z",
  down: "M8 13 3 8h3V3h4v5h3z",
  remove: "m4 2.6 4 4 4-4L13.4 4l-4 4 4 4-1.4 1.4-4-4-4 4L2.6 12l4-4-4-4z",
  add: "M7 3h2v4h4v2H9v4H7V9H3V7h4z",
};

/** A sign on a button; the button's label says what it does. */
export function Icon({ of }: { of: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[of]} />
    </svg>
  );
}
