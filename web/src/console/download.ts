/** Hands a file to the browser's downloads. */
export function download(name: string, type: string, content: BlobPart): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = fileName(name);
  document.body.append(link);
  link.click();
  link.remove();
  // The browser has opened it by then; an address that is never given back keeps its bytes in memory.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** A name without folders, controls and marks that turn the direction of writing ("gpj.exe" must not read as ".jpg"). */
export function fileName(name: string): string {
  const last = name.split(/[\\/]/).at(-1) ?? "";
  return last.replace(/[\p{Cc}\p{Cf}]/gu, "").slice(0, 200) || "file";
}

/** The bytes of a base64 text; none where it is not one. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return new Uint8Array(0);
  }
}
