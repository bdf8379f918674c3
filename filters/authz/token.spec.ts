/** Canonical base64url, and which algorithms keys can have signed with. The whole check is in cases/token.yaml. */
import { ascii, at } from "../../assembly/bytes";
import { readDocument, hasNul, timestamp, firstItem, nextItem, NONE } from "../../assembly/document";
import { decodeBase64url } from "./base64url";
import { algorithm, PUBLIC, readKeys } from "./keys";

function decoded(text: string): string | null {
  const bytes = ascii(text);
  const to = new StaticArray<u8>(text.length + 1);
  const length = decodeBase64url(at(bytes), bytes.length, at(to));
  return length < 0 ? null : String.UTF8.decodeUnsafe(at(to), length);
}

function bit(name: string): u32 {
  const bytes = ascii(name);
  return algorithm(at(bytes), bytes.length);
}

/** Algorithms of the keys of a set, joined; null: it is none. */
function able(text: string): string | null {
  const bytes = ascii(text);
  readDocument(at(bytes), bytes.length);
  const keys = readKeys(at(bytes), bytes.length);
  if (keys === null) return null;
  let all = "";
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    const id = key.id;
    all += key.algorithms.toString(16) + (id === null ? "" : ":" + String.UTF8.decodeUnsafe(at(id), id.length)) + " ";
  }
  return all;
}

test("base64url has one form for each run of bytes", () => {
  expect(decoded("")).toBe("");
  expect(decoded("YQ")).toBe("a");
  expect(decoded("YWI")).toBe("ab");
  expect(decoded("YWJj")).toBe("abc");
  expect(decoded("Pz8_Pn5-")).toBe("???>~~");
  const bad = ["Y", "YR", "YWJ", "YQ==", "YQ=", "YW I", "Pz8/", "Pn5+", "YWJjY", "YWJj\n"];
  for (let i = 0; i < bad.length; i++) expect(decoded(bad[i])).toBe(null, bad[i]);
});

test("algorithms by name", () => {
  const names = [
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "HS256",
    "HS384",
    "HS512",
    "EdDSA",
  ];
  for (let i = 0; i < names.length; i++) expect(bit(names[i])).toBe((<u32>1) << i, names[i]);
  const bad = ["none", "None", "", "rs256", "RS255", "RT256", "XS256", "RS2560", "RS25", "EdDSB"];
  for (let i = 0; i < bad.length; i++) expect(bit(bad[i])).toBe(0, bad[i]);
  expect(PUBLIC & bit("HS256")).toBe(0);
  expect(PUBLIC & bit("EdDSA")).not.toBe(0);
});

test("keys can do what their type, their curve and their alg say", () => {
  expect(able('{"keys":[]}')).toBe("");
  expect(able('{"keys":[{"kty":"RSA","kid":"a"}]}')).toBe("3f:a ");
  expect(able('{"keys":[{"kty":"RSA","alg":"PS384"}]}')).toBe("10 ");
  expect(able('{"keys":[{"kty":"EC","crv":"P-256"},{"kty":"EC","crv":"P-384"},{"kty":"EC","crv":"P-521"}]}')).toBe(
    "40 80 100 ",
  );
  expect(able('{"keys":[{"kty":"OKP"},{"kty":"oct"}]}')).toBe("1000 e00 ");
  expect(able('{"keys":[{"kty":"EC","crv":"P-256","alg":"RS256"},{"kty":"x"},{"kty":"EC"},{}]}')).toBe("");
  expect(able("{}")).toBe(null);
  expect(able("no")).toBe(null);
});

test("times are whole seconds, whatever follows the point", () => {
  const text = ascii('[0,1,4715782722,1.5,1700000000.123456,-1,"1",1e30,null,true,[1]]');
  const wanted: Array<i64> = [0, 1, 4715782722, 1, 1700000000, -1, -1, -1, -1, -1, -1];
  let item = firstItem(readDocument(at(text), text.length));
  for (let i = 0; i < wanted.length; i++) {
    expect(timestamp(item)).toBe(wanted[i], i.toString());
    item = nextItem(item);
  }
  expect(item).toBe(NONE);
  expect(timestamp(NONE)).toBe(-1);
});

test("NUL is found in strings and keys at any depth, and nowhere else", () => {
  const clean = ['{"a":[{"b":"c"},[],{}],"d":"e"}', "[]", '"a"'];
  const nul = ['{"a":[{"b":"c\\u0000"}]}', '{"a\\u0000":1}', '[[],{},[["\\u0000"]]]', '{"a":{},"b":"\\u0000"}'];
  for (let i = 0; i < clean.length; i++) {
    const text = ascii(clean[i]);
    expect(hasNul(readDocument(at(text), text.length))).toBe(false, clean[i]);
  }
  for (let i = 0; i < nul.length; i++) {
    const text = ascii(nul[i]);
    expect(hasNul(readDocument(at(text), text.length))).toBe(true, nul[i]);
  }
});
