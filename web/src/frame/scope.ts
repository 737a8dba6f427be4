/**
 * Takes from a Worker's global scope all that a task's Python has no business with, once Python has started.
 *
 * No boundary (there are ways round it): the frame's sandbox and its CSP are. It makes the honest way the only easy
 * one, and what a task does not find it cannot use by mistake.
 */
const kept = new Set([
  ..."AbortController AbortSignal AggregateError Array ArrayBuffer AsyncDisposableStack Atomics BigInt".split(" "),
  ..."BigInt64Array BigUint64Array Boolean DOMException DataView Date DisposableStack Error EvalError".split(" "),
  ..."Event EventTarget FinalizationRegistry Float16Array Float32Array Float64Array Function Infinity".split(" "),
  ..."Int16Array Int32Array Int8Array Intl Iterator JSON Map Math MessageChannel MessagePort NaN Number".split(" "),
  ..."Object Promise Proxy RangeError ReferenceError Reflect RegExp Set SharedArrayBuffer String".split(" "),
  ..."SuppressedError Symbol SyntaxError TextDecoder TextEncoder TypeError URIError Uint16Array".split(" "),
  ..."Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet WebAssembly clearInterval".split(" "),
  ..."clearTimeout console constructor crypto decodeURI decodeURIComponent encodeURI encodeURIComponent".split(" "),
  ..."escape globalThis isFinite isNaN name parseFloat parseInt performance queueMicrotask self".split(" "),
  ..."setInterval setTimeout structuredClone undefined unescape".split(" "),
]);

export function narrowGlobals(): void {
  const own = Object.getOwnPropertyNames(EventTarget.prototype);
  for (
    let scope: object | null = globalThis;
    scope && scope !== EventTarget.prototype;
    scope = Object.getPrototypeOf(scope)
  )
    for (const key of Object.getOwnPropertyNames(scope))
      if (!kept.has(key) && !own.includes(key)) Reflect.deleteProperty(scope, key);
}

/** What Python's `js` module may show: nothing at all. Pyodide itself does not go through it. */
export const noGlobals: object = Object.freeze(Object.create(null));
