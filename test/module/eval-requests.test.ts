/** Lines of request files: what is read, and what is said about those that are none. What is decided, new-filter.test.ts shows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readRequests } from "../../cli/eval/requests.ts";

test("what is left out has a value", () => {
  const headers = [
    ["X-A", "1"],
    ["x-a", "ä"],
  ];
  const given = { id: "r", method: "POST", scheme: "https", authority: "a", path: "/b?c", headers, body: "d" };
  assert.deepEqual(readRequests(`{}\n\n${JSON.stringify(given)}\n`), [
    { line: 1, id: 1, method: "GET", scheme: "http", authority: "shop", path: "/", headers: [], body: "" },
    { line: 3, ...given },
  ]);
});

const BAD: readonly (readonly [line: string, message: string])[] = [
  ["{", "no JSON; allowed: one JSON object a line"],
  ["[]", "no JSON object; allowed: one JSON object a line"],
  ['{"host":"a"}', "host: unknown field; allowed: id, method, scheme, authority, path, headers, body, peer, claims"],
  ['{"id":true}', "id: allowed: a text or a number"],
  ['{"method":""}', 'method: ""; allowed: one such as GET'],
  ['{"method":"a b"}', 'method: "a b"; allowed: one such as GET'],
  ['{"scheme":"ftp"}', 'scheme: "ftp"; one of: http, https'],
  ['{"authority":""}', 'authority: ""; allowed: a text that is not empty'],
  ['{"authority":"a\\nb"}', 'authority: "a\\nb"; allowed: a text that is not empty'],
  ['{"path":"a"}', 'path: "a"; allowed: a text that begins with /'],
  ['{"path":"/\\u0000"}', 'path: "/\\u0000"; allowed: a text that begins with /'],
  ['{"body":1}', "body: 1; allowed: a text"],
  ['{"headers":{"a":"b"}}', 'headers: {"a":"b"}; allowed: a list of [name, value]'],
  ['{"headers":[["a"]]}', 'headers[0]: ["a"]; allowed: [name, value]'],
  ['{"headers":[["a","b","c"]]}', 'headers[0]: ["a","b","c"]; allowed: [name, value]'],
  ['{"headers":[["a","b"],[":path","/"]]}', 'headers[1]: ":path" is no header name; allowed: a token such as x-role'],
  ['{"headers":[["a","b\\r\\nc: d"]]}', 'headers[0]: "b\\r\\nc: d" is no header value; allowed: no line breaks'],
];

for (const [line, message] of BAD) {
  test(`not a request: ${line}`, () => assert.deepEqual(readRequests(line), [{ line: 1, message }]));
}
