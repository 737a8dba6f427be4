/**
 * Calls back once, at the next frame that the screen draws; where it draws none (a hidden page, a phone asleep), after
 * a second at the latest, so that what waits does not pile up.
 */
export function atNextFrame(call: () => void): void {
  let called = false;
  const once = () => {
    if (called) return;
    called = true;
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    call();
  };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, 1000);
}
