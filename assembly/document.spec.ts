import { ascii, at } from "./bytes";
import {
  firstItem,
  isNull,
  isString,
  member,
  nextItem,
  Node,
  NONE,
  readDocument,
  readMetadata,
  unreadable,
  textAddress,
  textLength,
  wholeNumber,
} from "./document";

let bytes = ascii("");
const JWT = memory.data<u8>([3, 0x6a, 0x77, 0x74]);
const JWX = memory.data<u8>([3, 0x6a, 0x77, 0x78]);

function under(object: Node, key: string): Node {
  const name = ascii(key);
  return member(object, at(name), name.length);
}

function read(text: string): Node {
  bytes = ascii(text);
  return readDocument(at(bytes), bytes.length);
}

function textOf(node: Node): string {
  return isString(node) ? String.UTF8.decodeUnsafe(textAddress(node), textLength(node)) : "no text";
}

describe("a document", () => {
  test("is looked up by key", () => {
    const root = read('{"san":null,"sni":"a\\tb","port":8080,"payload":{"groups":["x","y"],"sub":"s"}}');
    expect(isNull(under(root, "san"))).toBe(true);
    expect(textOf(under(root, "sni"))).toBe("a\tb");
    expect(wholeNumber(under(root, "port"))).toBe(8080);
    const payload = under(root, "payload");
    expect(textOf(under(payload, "sub"))).toBe("s");
    const groups = firstItem(under(payload, "groups"));
    expect(textOf(groups)).toBe("x");
    expect(textOf(nextItem(groups))).toBe("y");
    expect(nextItem(nextItem(groups))).toBe(NONE);
    expect(under(root, "other")).toBe(NONE);
    expect(under(under(root, "sni"), "x")).toBe(NONE);
    expect(under(NONE, "x")).toBe(NONE);
    expect(firstItem(payload)).toBe(NONE);
    expect(firstItem(NONE)).toBe(NONE);
    expect(isNull(NONE)).toBe(false);
  });

  test("may hold NUL and nest deeply, but must be JSON", () => {
    const root = read('{"sub":"a\\u0000b"}');
    expect(textLength(under(root, "sub"))).toBe(3);
    expect(read('{"a":' + "[".repeat(300) + "]".repeat(300) + "}") != NONE).toBe(true);
    expect(read('{"a":' + "[".repeat(600) + "]".repeat(600) + "}")).toBe(NONE);
    expect(read('{"a":1')).toBe(NONE);
    expect(read("")).toBe(NONE);
    expect(under(read("[1]"), "0")).toBe(NONE);
  });

  test("has whole numbers where they are", () => {
    const root = read('{"a":-1,"b":1.5,"c":2147483648,"d":"1","e":1e3,"f":12345678901234567890}');
    const keys = ["a", "b", "c", "d", "f", "g"];
    for (let i = 0; i < keys.length; i++) expect(wholeNumber(under(root, keys[i]))).toBe(-1, keys[i]);
    expect(wholeNumber(under(root, "e"))).toBe(1000);
  });
});

/** `{filter_metadata: {<key>: {a: "b"}}}`, written by hand. */
function metadata(key: string): StaticArray<u8> {
  const inner = "\x0a\x08\x0a\x01a\x12\x03\x1a\x01b";
  const entry = "\x0a" + String.fromCharCode(key.length) + key + "\x12" + String.fromCharCode(inner.length) + inner;
  return ascii("\x0a" + String.fromCharCode(entry.length) + entry);
}

describe("metadata", () => {
  test("holds a Struct by name", () => {
    const message = metadata("jwt");
    expect(textOf(under(readMetadata(at(message), message.length, JWT), "a"))).toBe("b");
    expect(readMetadata(at(message), message.length, JWX)).toBe(NONE);
    expect(readMetadata(at(message), 0, JWT)).toBe(NONE);
  });

  test("that ends early, or is something else, holds nothing", () => {
    const message = metadata("jwt");
    for (let length = 1; length < message.length; length++)
      expect(readMetadata(at(message), length, JWT)).toBe(NONE, length.toString());
    const others = ["\x08\x01", "\x0a\xff\xff\xff\xff\x0f", "\x12\x00", "\x0a\x02\x08\x01", "\x0a"];
    for (let i = 0; i < others.length; i++) {
      const other = ascii(others[i]);
      expect(readMetadata(at(other), other.length, JWT)).toBe(NONE, i.toString());
    }
  });
});
