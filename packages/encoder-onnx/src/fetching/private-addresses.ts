import { BlockList, isIP } from "node:net";

// IANA's special-purpose registries: what is not globally reachable, and multicast.
const special4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];

// All but 2000::/3, where global addresses are, and in it what leads elsewhere: Teredo and 6to4 hold
// an address of version 4. So do ::ffff:0:0/96 and 64:ff9b::/96, in the first of these.
const special6: readonly (readonly [string, number])[] = [
  ["::", 3],
  ["4000::", 2],
  ["8000::", 1],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

// Two lists: a BlockList compares addresses of version 4 with its rules for ::ffff:0:0/96 as well.
const list4 = new BlockList();
const list6 = new BlockList();
for (const [network, prefix] of special4) list4.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of special6) list6.addSubnet(network, prefix, "ipv6");

/**
 * Whether an address is not one of the public internet: private, of this machine, link-local, shared by
 * a carrier, multicast, for documentation, or no address at all.
 *
 * @see RFC 6890, and IANA's registries of special-purpose addresses
 */
export function isPrivateAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return list4.check(address, "ipv4");
  return version === 0 || list6.check(address, "ipv6");
}
