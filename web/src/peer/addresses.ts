/** Where a page's sockets go: to the server that it came from. */
export function socketAddress(path: "/socket" | "/relay"): string {
  const address = new URL(path, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  return address.href;
}
