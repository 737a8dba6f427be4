/**
 * Which hosts lie in somebody's own network: this device, its neighbours, names that no public resolver knows.
 *
 * A tab computes for strangers, and its browser stands behind a firewall that the stranger does not: such hosts are not
 * fetched for anybody, unless the coordinator itself lives there.
 */

/** IPv4 networks that are not the public internet (RFC 6890), as address and length. */
const NETWORKS: [string, number][] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
];
const LOCAL_ENDS = [".localhost", ".local", ".internal", ".lan", ".home", ".home.arpa", ".test", ".intranet", ".corp"];

/** Whether a host, as `URL.hostname` writes it, is of somebody's own network. */
export function isLocalHost(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, "");
  if (host.startsWith("[")) return isLocalIpv6(host.slice(1, -1));
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return isLocalIpv4(host);
  return !host.includes(".") || LOCAL_ENDS.some((end) => host.endsWith(end));
}

function isLocalIpv4(address: string): boolean {
  const value = ipv4(address);
  return NETWORKS.some(([network, length]) => (value ^ ipv4(network)) >>> (32 - length) === 0);
}

const ipv4 = (address: string) => address.split(".").reduce((value, part) => value * 256 + Number(part), 0) | 0;

/** `address` is as `URL` writes it: lower case, zeros compressed, no dots. */
function isLocalIpv6(address: string): boolean {
  const [head = "", tail = ""] = address.split("::");
  const parts = (text: string) => (text ? text.split(":").map((part) => Number.parseInt(part, 16)) : []);
  const [front, back] = [parts(head), parts(tail)];
  const groups = [...front, ...Array<number>(Math.max(0, 8 - front.length - back.length)).fill(0), ...back];
  const [first = 0, second = 0] = groups;
  const inner = `${(groups[6] ?? 0) >> 8}.${(groups[6] ?? 0) & 255}.${(groups[7] ?? 0) >> 8}.${(groups[7] ?? 0) & 255}`;
  const leading = groups.slice(0, 5).every((group) => group === 0);
  if (leading && (groups[5] === 0xffff || groups[5] === 0)) return groups[5] === 0 || isLocalIpv4(inner);
  if (first === 0x64 && second === 0xff9b) return isLocalIpv4(inner);
  // Public are 2000::/3 alone; 6to4 carries an IPv4 address.
  if (first === 0x2002)
    return isLocalIpv4(`${second >> 8}.${second & 255}.${(groups[2] ?? 0) >> 8}.${(groups[2] ?? 0) & 255}`);
  return (first & 0xe000) !== 0x2000;
}
