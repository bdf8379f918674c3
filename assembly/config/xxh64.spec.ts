import { bytesOf, byteCount, xxh64 } from "./testing";

/** A hash of `length` bytes, byte i being 7 i + 3. */
class Vector {
  constructor(
    public length: i32,
    public plain: u64,
    public seeded: u64,
  ) {}
}

const SEED: u64 = 2654435761;

/** Made with xxhash-wasm 1.1.0. Lengths on both sides of each step of the algorithm: 4, 8, 32 bytes. */
const VECTORS: Vector[] = [
  new Vector(1, 0x1f25c8d0bc1f4bb6, 0x79cf94f5ace37fe1),
  new Vector(3, 0x31d2363f52e564c9, 0x96d2a5e583ddd738),
  new Vector(4, 0x9bb64b7d66ee9fda, 0x4a862fbb4b73776e),
  new Vector(7, 0x9a7b149959ce60d8, 0xddc5cf71d37a6368),
  new Vector(8, 0xdab99d95c6f90092, 0xc6e75e2cbd8e07ee),
  new Vector(9, 0x170bb6bf975b4c02, 0x3a3e0f8ce693f786),
  new Vector(12, 0xd52e407833af5133, 0x79b0b158fab0e5d6),
  new Vector(15, 0x1b47cb8243cc8e32, 0x8120a1eda8ac77da),
  new Vector(16, 0x434850232b787be2, 0x17f387ce30885de5),
  new Vector(31, 0xa2aa5f33cc4a6119, 0x381822f33376d6b6),
  new Vector(32, 0x23c3c17ef790fd97, 0x9abd315470ac276a),
  new Vector(33, 0x50a7cfc7ba588784, 0x72cdd3262f467933),
  new Vector(39, 0x880bbeea606e4b37, 0x78438ff58483cb1f),
  new Vector(63, 0x5e3e54b431c7493c, 0x634da7d265979e61),
  new Vector(64, 0xeb64b3ef6eeb01f, 0xbcb3847d70525180),
  new Vector(65, 0xa383b724b2bd12f1, 0x97f9d8f996719021),
  new Vector(95, 0xf6ffb9103991895f, 0xfb8a69f5807ed1d9),
  new Vector(96, 0x3101a958de582e18, 0xe4369239d5a2d716),
  new Vector(101, 0xbad4d3bf033bda4c, 0x6c892ceebbc660aa),
  new Vector(222, 0x8488aa61fc67f7eb, 0xa0e106fbd1fdfc38),
];

describe("xxh64", () => {
  test("of nothing is the reference's value", () => {
    expect<u64>(xxh64(0, 0, 0)).toBe(0xef46db3751d8e999);
    expect<u64>(xxh64(0, 0, SEED)).toBe(0xac75fda2929b17ef);
  });

  test("of texts", () => {
    expect<u64>(xxh64(bytesOf("a"), byteCount(), 0)).toBe(0xd24ec4f1a98c6e5b);
    expect<u64>(xxh64(bytesOf("abc"), byteCount(), 0)).toBe(0x44bc2cf5ad770999);
    expect<u64>(xxh64(bytesOf("Nobody inspects the spammish repetition"), byteCount(), 0)).toBe(0xfbcea83c8a378bf1);
  });

  test("of every length class, with and without seed", () => {
    const bytes = new StaticArray<u8>(256);
    for (let i = 0; i < 256; i++) bytes[i] = <u8>(i * 7 + 3);
    for (let i = 0; i < VECTORS.length; i++) {
      const vector = VECTORS[i];
      expect<u64>(xxh64(changetype<usize>(bytes), vector.length, 0)).toBe(vector.plain, vector.length.toString());
      expect<u64>(xxh64(changetype<usize>(bytes), vector.length, SEED)).toBe(vector.seeded, vector.length.toString());
    }
  });
});
