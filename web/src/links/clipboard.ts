/** Whether the link is on the clipboard now. On plain http there is only the old way, which takes what is selected. */
export async function copied(link: string): Promise<boolean> {
  try {
    if (!navigator.clipboard) return document.execCommand("copy");
    await navigator.clipboard.writeText(link);
    return true;
  } catch {
    return false;
  }
}
