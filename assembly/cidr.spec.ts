import { ascii, at } from "./bytes";
import { ADDRESS_BYTES, blockBits, isInBlock, parseAddress, parseCidr, V4, V6 } from "./cidr";

const out = memory.data(16);
const blockOut = memory.data(16);

function address(text: string): string {
  const bytes = ascii(text);
  const family = parseAddress(at(bytes), bytes.length, out);
  if (family == 0) return "none";
  let shown = "";
  for (let i = 0; i < family; i++) shown += (i == 0 ? "" : ".") + load<u8>(out + <usize>i).toString();
  return shown;
}

/** Whether an address is in a block; the block must be one. */
function inside(block: string, text: string): bool {
  const bytes = ascii(block);
  const family = parseCidr(at(bytes), bytes.length, blockOut);
  expect(family != 0).toBe(true, block);
  const other = ascii(text);
  return parseAddress(at(other), other.length, out) == family && isInBlock(blockOut, blockBits, out);
}

function isBlock(text: string): bool {
  const bytes = ascii(text);
  return parseCidr(at(bytes), bytes.length, blockOut) != 0;
}

describe("an address", () => {
  test("of IPv4 has four numbers without leading zeros", () => {
    expect(address("10.0.0.7")).toBe("10.0.0.7");
    expect(address("255.255.255.255")).toBe("255.255.255.255");
    const bad = [
      "",
      "1",
      "1.2.3",
      "1.2.3.4.5",
      "1.2.3.256",
      "01.2.3.4",
      "1.2.3.",
      ".1.2.3",
      "1..2.3",
      "1.2.3.4 ",
      "1.2.3.a",
      "1.2.3.0004",
    ];
    for (let i = 0; i < bad.length; i++) expect(address(bad[i])).toBe("none", bad[i]);
  });

  test("of IPv6 has eight groups, of which one run may be left out", () => {
    expect(address("::")).toBe("0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0");
    expect(address("::1")).toBe("0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1");
    expect(address("2001:DB8::a:b")).toBe("32.1.13.184.0.0.0.0.0.0.0.0.0.10.0.11");
    expect(address("1:2:3:4:5:6:7:8")).toBe("0.1.0.2.0.3.0.4.0.5.0.6.0.7.0.8");
    expect(address("1:2:3:4:5:6:7::")).toBe("0.1.0.2.0.3.0.4.0.5.0.6.0.7.0.0");
    expect(address("::ffff:1.2.3.4")).toBe("0.0.0.0.0.0.0.0.0.0.255.255.1.2.3.4");
    expect(address("1:2:3:4:5:6:1.2.3.4")).toBe("0.1.0.2.0.3.0.4.0.5.0.6.1.2.3.4");
    const bad = [
      ":",
      ":1",
      "1:",
      ":::",
      "1::2::3",
      "1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:8:9",
      "1:2:3:4:5:6:7:8::",
      "12345::",
      "::g",
      "1:2:3:4:5:6:7:1.2.3.4",
      "::1.2.3",
      "fe80::1%eth0",
      "[::1]",
      "1:2:3:4:1.2.3.4",
    ];
    for (let i = 0; i < bad.length; i++) expect(address(bad[i])).toBe("none", bad[i]);
  });
});

describe("a block", () => {
  test("holds the addresses that share its first bits", () => {
    expect(inside("10.1.0.0/16", "10.1.255.1")).toBe(true);
    expect(inside("10.1.0.0/16", "10.2.0.1")).toBe(false);
    expect(inside("10.1.2.3/13", "10.7.0.1")).toBe(true);
    expect(inside("10.1.2.3/13", "10.8.0.1")).toBe(false);
    expect(inside("10.1.2.3", "10.1.2.3")).toBe(true);
    expect(inside("10.1.2.3", "10.1.2.4")).toBe(false);
    expect(inside("0.0.0.0/0", "203.0.113.9")).toBe(true);
    expect(inside("2001:db8::/33", "2001:db8:7fff::1")).toBe(true);
    expect(inside("2001:db8::/33", "2001:db8:8000::1")).toBe(false);
  });

  test("has the family of its address", () => {
    expect(inside("::/0", "10.0.0.1")).toBe(false);
    expect(inside("0.0.0.0/0", "::ffff:10.0.0.1")).toBe(false);
    expect(inside("0.0.0.0/0", "no address")).toBe(false);
  });

  test("has no more bits than its address", () => {
    const good = ["1.2.3.4/32", "1.2.3.4/0", "::/128", "::1"];
    for (let i = 0; i < good.length; i++) expect(isBlock(good[i])).toBe(true, good[i]);
    const bad = [
      "1.2.3.4/33",
      "::/129",
      "1.2.3.4/",
      "1.2.3.4/08",
      "1.2.3.4/-1",
      "1.2.3.4/1/2",
      "/8",
      "x/8",
      "1.2.3.4/9999",
      "1.2.3.4/ 8",
    ];
    for (let i = 0; i < bad.length; i++) expect(isBlock(bad[i])).toBe(false, bad[i]);
    expect(ADDRESS_BYTES == V6 && V4 == 4).toBe(true);
  });
});
