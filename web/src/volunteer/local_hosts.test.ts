import { expect, test } from "vitest";
import { isLocalHost } from "./local_hosts.ts";

const hostOf = (url: string) => new URL(url).hostname;

test.each([
  "http://localhost:8000/",
  "http://router/",
  "http://printer.local/",
  "http://nas.lan./",
  "http://a.localhost/",
  "http://127.0.0.1/",
  "http://127.1/",
  "http://0x7f000001/",
  "http://2130706433/",
  "http://0/",
  "http://10.0.0.1/",
  "http://172.31.255.255/",
  "http://192.168.1.1/",
  "http://169.254.169.254/latest/meta-data",
  "http://100.64.0.1/",
  "http://224.0.0.1/",
  "http://255.255.255.255/",
  "http://[::1]/",
  "http://[::]/",
  "http://[fe80::1]/",
  "http://[fd00::1]/",
  "http://[::ffff:192.168.1.1]/",
  "http://[64:ff9b::10.0.0.1]/",
  "http://[2002:c0a8:0101::]/",
  "http://[ff02::1]/",
])("%s is of somebody's own network", (url) => expect(isLocalHost(hostOf(url))).toBe(true));

test.each([
  "http://example.org/",
  "https://localhost.example.org/",
  "http://8.8.8.8/",
  "http://172.32.0.1/",
  "http://11.0.0.1/",
  "http://100.128.0.1/",
  "http://[2606:4700::1111]/",
  "http://[::ffff:8.8.8.8]/",
  "http://[64:ff9b::8.8.8.8]/",
])("%s is public", (url) => expect(isLocalHost(hostOf(url))).toBe(false));
