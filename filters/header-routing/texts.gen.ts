// Made from texts.json by `npm run gen`: change that file, not this one.

/** Address of a text: a byte says how many follow. */
export type Text = usize;

const TEXTS: usize = memory.data<u8>([
  14, 104, 101, 97, 100, 101, 114, 95, 114, 111, 117, 116, 105, 110, 103, 14, 104, 101, 97, 100, 101, 114, 45, 114, 111,
  117, 116, 105, 110, 103, 7, 58, 109, 101, 116, 104, 111, 100, 5, 58, 112, 97, 116, 104, 10, 58, 97, 117, 116, 104,
  111, 114, 105, 116, 121, 7, 58, 115, 116, 97, 116, 117, 115, 6, 99, 111, 111, 107, 105, 101, 10, 115, 101, 116, 45,
  99, 111, 111, 107, 105, 101, 7, 98, 97, 103, 103, 97, 103, 101, 12, 99, 111, 110, 116, 101, 110, 116, 45, 116, 121,
  112, 101, 16, 97, 112, 112, 108, 105, 99, 97, 116, 105, 111, 110, 47, 103, 114, 112, 99, 11, 103, 114, 112, 99, 45,
  115, 116, 97, 116, 117, 115, 4, 104, 111, 115, 116, 5, 120, 45, 112, 100, 45, 8, 120, 45, 112, 100, 45, 97, 114, 109,
  9, 120, 45, 112, 100, 45, 112, 105, 99, 107, 12, 120, 45, 112, 100, 45, 99, 108, 117, 115, 116, 101, 114, 2, 112, 100,
  1, 49, 3, 115, 97, 110, 4, 112, 111, 114, 116, 7, 112, 97, 121, 108, 111, 97, 100, 28, 101, 110, 118, 111, 121, 46,
  102, 105, 108, 116, 101, 114, 115, 46, 104, 116, 116, 112, 46, 106, 119, 116, 95, 97, 117, 116, 104, 110, 28, 102,
  105, 108, 116, 101, 114, 95, 115, 116, 97, 116, 101, 0, 112, 111, 105, 110, 116, 100, 117, 116, 121, 46, 102, 97, 99,
  116, 115, 13, 102, 105, 108, 116, 101, 114, 95, 115, 116, 97, 116, 101, 0, 35, 99, 111, 110, 110, 101, 99, 116, 105,
  111, 110, 0, 117, 114, 105, 95, 115, 97, 110, 95, 112, 101, 101, 114, 95, 99, 101, 114, 116, 105, 102, 105, 99, 97,
  116, 101, 8, 109, 101, 116, 97, 100, 97, 116, 97, 16, 100, 101, 115, 116, 105, 110, 97, 116, 105, 111, 110, 0, 112,
  111, 114, 116, 21, 114, 101, 115, 112, 111, 110, 115, 101, 0, 99, 111, 100, 101, 95, 100, 101, 116, 97, 105, 108, 115,
  14, 117, 112, 115, 116, 114, 101, 97, 109, 95, 114, 101, 115, 101, 116, 25, 112, 111, 105, 110, 116, 100, 117, 116,
  121, 46, 104, 101, 97, 100, 101, 114, 95, 114, 111, 117, 116, 105, 110, 103, 46, 8, 46, 111, 117, 116, 99, 111, 109,
  101, 5, 46, 114, 117, 108, 101, 4, 46, 97, 114, 109, 8, 46, 99, 108, 117, 115, 116, 101, 114, 6, 114, 111, 117, 116,
  101, 100, 13, 115, 104, 97, 100, 111, 119, 95, 114, 111, 117, 116, 101, 100, 8, 117, 110, 114, 111, 117, 116, 101,
  100, 12, 102, 97, 99, 116, 115, 95, 102, 97, 105, 108, 101, 100, 12, 97, 114, 109, 95, 114, 101, 113, 117, 101, 115,
  116, 115, 10, 97, 114, 109, 95, 101, 114, 114, 111, 114, 115, 10, 97, 114, 109, 95, 99, 108, 111, 115, 101, 100, 12,
  97, 114, 109, 95, 114, 101, 111, 112, 101, 110, 101, 100, 16, 97, 114, 109, 95, 99, 108, 111, 115, 101, 100, 95, 117,
  110, 116, 105, 108, 7, 47, 103, 117, 97, 114, 100, 47, 20, 104, 101, 97, 100, 101, 114, 45, 114, 111, 117, 116, 105,
  110, 103, 58, 32, 97, 114, 109, 32, 12, 32, 105, 115, 32, 99, 108, 111, 115, 101, 100, 58, 32, 4, 32, 111, 102, 32,
  16, 32, 114, 101, 113, 117, 101, 115, 116, 115, 32, 102, 97, 105, 108, 101, 100, 14, 32, 105, 115, 32, 111, 112, 101,
  110, 32, 97, 103, 97, 105, 110, 8, 32, 98, 117, 99, 107, 101, 116, 32, 7, 32, 102, 111, 114, 99, 101, 100, 16, 32, 99,
  108, 111, 115, 101, 100, 44, 32, 100, 101, 102, 97, 117, 108, 116, 10, 32, 98, 121, 32, 99, 104, 97, 110, 99, 101, 12,
  32, 119, 105, 116, 104, 111, 117, 116, 32, 107, 101, 121, 18, 59, 32, 80, 97, 116, 104, 61, 47, 59, 32, 77, 97, 120,
  45, 65, 103, 101, 61, 29, 59, 32, 83, 101, 99, 117, 114, 101, 59, 32, 72, 116, 116, 112, 79, 110, 108, 121, 59, 32,
  83, 97, 109, 101, 83, 105, 116, 101, 61, 3, 76, 97, 120, 6, 83, 116, 114, 105, 99, 116, 4, 78, 111, 110, 101, 29, 105,
  115, 32, 103, 105, 118, 101, 110, 32, 116, 119, 105, 99, 101, 59, 32, 97, 108, 108, 111, 119, 101, 100, 58, 32, 111,
  110, 99, 101, 40, 98, 105, 110, 100, 105, 110, 103, 58, 32, 99, 108, 117, 115, 116, 101, 114, 32, 110, 101, 101, 100,
  115, 32, 116, 104, 101, 32, 97, 114, 109, 39, 115, 32, 99, 108, 117, 115, 116, 101, 114, 64, 98, 105, 110, 100, 105,
  110, 103, 58, 32, 97, 114, 109, 115, 32, 110, 101, 101, 100, 115, 32, 116, 104, 101, 32, 97, 114, 109, 39, 115, 32,
  119, 101, 105, 103, 104, 116, 44, 32, 97, 115, 32, 105, 110, 32, 116, 104, 101, 32, 112, 108, 97, 116, 102, 111, 114,
  109, 39, 115, 32, 114, 111, 117, 116, 101, 13, 110, 101, 101, 100, 115, 32, 114, 101, 116, 114, 121, 79, 110, 20, 105,
  115, 32, 109, 111, 114, 101, 32, 116, 104, 97, 110, 32, 116, 105, 109, 101, 111, 117, 116, 37, 98, 105, 110, 100, 105,
  110, 103, 58, 32, 97, 114, 109, 115, 32, 110, 101, 101, 100, 115, 32, 116, 119, 111, 32, 97, 114, 109, 115, 32, 97,
  116, 32, 108, 101, 97, 115, 116, 22, 110, 101, 101, 100, 115, 32, 98, 105, 110, 100, 105, 110, 103, 58, 32, 99, 108,
  117, 115, 116, 101, 114, 19, 110, 101, 101, 100, 115, 32, 98, 105, 110, 100, 105, 110, 103, 58, 32, 97, 114, 109, 115,
  38, 97, 108, 108, 111, 119, 101, 100, 58, 32, 112, 114, 105, 110, 116, 97, 98, 108, 101, 32, 65, 83, 67, 73, 73, 32,
  119, 105, 116, 104, 111, 117, 116, 32, 115, 112, 97, 99, 101, 15, 105, 115, 32, 110, 111, 110, 101, 32, 111, 102, 32,
  97, 114, 109, 115, 19, 105, 115, 32, 110, 111, 110, 101, 32, 111, 102, 32, 99, 108, 117, 115, 116, 101, 114, 115, 28,
  105, 115, 32, 110, 111, 110, 101, 32, 111, 102, 32, 97, 114, 109, 115, 32, 97, 110, 100, 32, 99, 108, 117, 115, 116,
  101, 114, 115, 42, 97, 108, 108, 111, 119, 101, 100, 58, 32, 111, 110, 101, 32, 111, 102, 32, 97, 114, 109, 44, 32,
  99, 108, 117, 115, 116, 101, 114, 44, 32, 115, 112, 108, 105, 116, 44, 32, 116, 97, 98, 108, 101, 58, 100, 111, 101,
  115, 32, 110, 111, 116, 104, 105, 110, 103, 59, 32, 97, 108, 108, 111, 119, 101, 100, 58, 32, 97, 114, 109, 44, 32,
  99, 108, 117, 115, 116, 101, 114, 44, 32, 115, 112, 108, 105, 116, 44, 32, 116, 97, 98, 108, 101, 44, 32, 102, 105,
  108, 116, 101, 114, 115, 20, 110, 101, 101, 100, 115, 32, 115, 112, 108, 105, 116, 32, 111, 114, 32, 116, 97, 98, 108,
  101, 49, 97, 108, 108, 111, 119, 101, 100, 58, 32, 97, 32, 104, 111, 115, 116, 32, 110, 97, 109, 101, 32, 105, 110,
  32, 108, 111, 119, 101, 114, 32, 99, 97, 115, 101, 44, 32, 111, 114, 32, 42, 46, 32, 97, 110, 100, 32, 111, 110, 101,
  64, 82, 101, 103, 117, 108, 97, 114, 69, 120, 112, 114, 101, 115, 115, 105, 111, 110, 32, 104, 97, 115, 32, 110, 111,
  32, 98, 111, 117, 110, 100, 32, 111, 102, 32, 99, 111, 115, 116, 59, 32, 97, 108, 108, 111, 119, 101, 100, 58, 32,
  116, 104, 101, 32, 111, 116, 104, 101, 114, 32, 116, 121, 112, 101, 115, 72, 97, 108, 108, 111, 119, 101, 100, 58, 32,
  97, 32, 112, 97, 116, 104, 32, 102, 114, 111, 109, 32, 47, 32, 111, 110, 44, 32, 119, 105, 116, 104, 111, 117, 116,
  32, 63, 44, 32, 35, 44, 32, 119, 104, 105, 116, 101, 32, 115, 112, 97, 99, 101, 44, 32, 47, 47, 44, 32, 47, 46, 47,
  44, 32, 47, 46, 46, 47, 44, 32, 37, 50, 102, 50, 115, 116, 97, 110, 100, 115, 32, 102, 111, 114, 32, 112, 97, 116,
  104, 32, 97, 110, 100, 32, 109, 101, 116, 104, 111, 100, 59, 32, 97, 108, 108, 111, 119, 101, 100, 58, 32, 119, 105,
  116, 104, 111, 117, 116, 32, 116, 104, 101, 115, 101, 44, 97, 108, 108, 111, 119, 101, 100, 58, 32, 112, 114, 105,
  110, 116, 97, 98, 108, 101, 32, 65, 83, 67, 73, 73, 32, 119, 105, 116, 104, 111, 117, 116, 32, 47, 32, 97, 110, 100,
  32, 115, 112, 97, 99, 101, 62, 116, 111, 111, 32, 109, 97, 110, 121, 59, 32, 97, 108, 108, 111, 119, 101, 100, 58, 32,
  50, 48, 48, 48, 48, 32, 109, 97, 116, 99, 104, 101, 115, 32, 105, 110, 32, 97, 108, 108, 44, 32, 99, 111, 117, 110,
  116, 101, 100, 32, 102, 111, 114, 32, 101, 97, 99, 104, 32, 104, 111, 115, 116, 23, 110, 101, 101, 100, 115, 32, 115,
  101, 114, 118, 105, 99, 101, 32, 111, 114, 32, 109, 101, 116, 104, 111, 100, 22, 105, 115, 32, 110, 111, 32, 110, 97,
  109, 101, 32, 111, 102, 32, 97, 32, 104, 101, 97, 100, 101, 114, 33, 97, 108, 108, 111, 119, 101, 100, 58, 32, 110,
  97, 109, 101, 115, 32, 98, 117, 116, 32, 104, 111, 115, 116, 32, 97, 110, 100, 32, 120, 45, 112, 100, 45, 30, 97, 108,
  108, 111, 119, 101, 100, 58, 32, 110, 111, 32, 99, 111, 110, 116, 114, 111, 108, 32, 99, 104, 97, 114, 97, 99, 116,
  101, 114, 115, 31, 97, 108, 108, 111, 119, 101, 100, 58, 32, 110, 111, 32, 118, 97, 108, 117, 101, 32, 98, 101, 115,
  105, 100, 101, 32, 65, 98, 115, 101, 110, 116, 13, 110, 101, 101, 100, 115, 32, 97, 32, 118, 97, 108, 117, 101, 36,
  110, 101, 101, 100, 115, 32, 111, 110, 101, 32, 111, 102, 32, 115, 116, 114, 105, 110, 103, 44, 32, 110, 117, 109, 98,
  101, 114, 44, 32, 98, 111, 111, 108, 101, 97, 110, 35, 97, 108, 108, 111, 119, 101, 100, 58, 32, 119, 104, 97, 116,
  32, 98, 101, 103, 105, 110, 115, 32, 119, 105, 116, 104, 32, 115, 112, 105, 102, 102, 101, 58, 47, 47, 41, 110, 101,
  101, 100, 115, 32, 116, 104, 101, 32, 102, 105, 101, 108, 100, 32, 111, 102, 32, 105, 116, 115, 32, 116, 121, 112,
  101, 44, 32, 97, 110, 100, 32, 110, 111, 32, 111, 116, 104, 101, 114, 66, 110, 101, 101, 100, 115, 32, 111, 110, 101,
  32, 111, 102, 32, 99, 108, 97, 105, 109, 44, 32, 99, 111, 111, 107, 105, 101, 44, 32, 104, 101, 97, 100, 101, 114, 44,
  32, 113, 117, 101, 114, 121, 44, 32, 98, 97, 103, 103, 97, 103, 101, 44, 32, 112, 101, 101, 114, 44, 32, 103, 101,
  110, 101, 114, 97, 116, 101, 13, 97, 108, 108, 111, 119, 101, 100, 58, 32, 116, 114, 117, 101, 22, 105, 115, 32, 110,
  111, 32, 110, 97, 109, 101, 32, 111, 102, 32, 97, 32, 99, 111, 111, 107, 105, 101, 20, 110, 101, 101, 100, 115, 32,
  112, 101, 101, 114, 115, 32, 111, 114, 32, 112, 111, 114, 116, 115, 59, 105, 115, 32, 102, 111, 114, 32, 99, 111, 111,
  107, 105, 101, 44, 32, 104, 101, 97, 100, 101, 114, 44, 32, 113, 117, 101, 114, 121, 44, 32, 98, 97, 103, 103, 97,
  103, 101, 44, 32, 119, 104, 105, 99, 104, 32, 99, 108, 105, 101, 110, 116, 115, 32, 99, 104, 111, 111, 115, 101, 32,
  97, 108, 108, 111, 119, 101, 100, 58, 32, 110, 111, 116, 104, 105, 110, 103, 32, 98, 101, 104, 105, 110, 100, 32, 103,
  101, 110, 101, 114, 97, 116, 101, 65, 97, 108, 103, 111, 114, 105, 116, 104, 109, 58, 32, 112, 111, 105, 110, 116,
  100, 117, 116, 121, 32, 110, 101, 101, 100, 115, 32, 115, 97, 108, 116, 44, 32, 100, 101, 102, 97, 117, 108, 116, 44,
  32, 97, 110, 100, 32, 112, 101, 114, 99, 101, 110, 116, 32, 111, 102, 32, 101, 97, 99, 104, 32, 97, 114, 109, 27, 105,
  115, 32, 110, 111, 116, 32, 102, 111, 114, 32, 97, 108, 103, 111, 114, 105, 116, 104, 109, 58, 32, 101, 110, 118, 111,
  121, 31, 105, 115, 32, 110, 111, 116, 32, 102, 111, 114, 32, 97, 108, 103, 111, 114, 105, 116, 104, 109, 58, 32, 112,
  111, 105, 110, 116, 100, 117, 116, 121, 29, 97, 108, 103, 111, 114, 105, 116, 104, 109, 58, 32, 101, 110, 118, 111,
  121, 32, 110, 101, 101, 100, 115, 32, 119, 101, 105, 103, 104, 116, 33, 97, 108, 108, 111, 119, 101, 100, 58, 32, 97,
  32, 107, 101, 121, 32, 111, 102, 32, 49, 32, 116, 111, 32, 49, 48, 50, 52, 32, 98, 121, 116, 101, 115, 36, 97, 108,
  108, 111, 119, 101, 100, 58, 32, 111, 110, 101, 32, 119, 101, 105, 103, 104, 116, 32, 97, 98, 111, 118, 101, 32, 48,
  32, 97, 116, 32, 108, 101, 97, 115, 116, 38, 104, 97, 115, 32, 97, 32, 115, 104, 97, 114, 101, 32, 97, 108, 114, 101,
  97, 100, 121, 44, 32, 111, 114, 32, 105, 115, 32, 116, 104, 101, 32, 100, 101, 102, 97, 117, 108, 116, 56, 105, 115,
  32, 97, 98, 111, 118, 101, 32, 109, 97, 120, 32, 40, 98, 121, 32, 100, 101, 102, 97, 117, 108, 116, 32, 97, 110, 32,
  101, 113, 117, 97, 108, 32, 115, 104, 97, 114, 101, 32, 111, 102, 32, 119, 104, 97, 116, 32, 105, 115, 32, 108, 101,
  102, 116, 41, 31, 97, 108, 108, 111, 119, 101, 100, 58, 32, 97, 32, 115, 117, 109, 32, 111, 102, 32, 109, 97, 120, 32,
  117, 112, 32, 116, 111, 32, 49, 48, 48, 23, 105, 115, 32, 110, 111, 32, 97, 114, 109, 32, 111, 102, 32, 116, 104, 105,
  115, 32, 115, 112, 108, 105, 116, 9, 110, 101, 101, 100, 115, 32, 107, 101, 121, 23, 110, 101, 101, 100, 115, 32, 102,
  97, 99, 116, 115, 58, 32, 112, 114, 111, 112, 101, 114, 116, 105, 101, 115,
]);

/** header_routing */
export const FILTER: Text = TEXTS + 0;
/** header-routing */
export const FOLDER: Text = TEXTS + 15;
/** :method */
export const METHOD: Text = TEXTS + 30;
/** :path */
export const PATH: Text = TEXTS + 38;
/** :authority */
export const AUTHORITY: Text = TEXTS + 44;
/** :status */
export const STATUS: Text = TEXTS + 55;
/** cookie */
export const COOKIE: Text = TEXTS + 63;
/** set-cookie */
export const SET_COOKIE: Text = TEXTS + 70;
/** baggage */
export const BAGGAGE: Text = TEXTS + 81;
/** content-type */
export const CONTENT_TYPE: Text = TEXTS + 89;
/** application/grpc */
export const GRPC: Text = TEXTS + 102;
/** grpc-status */
export const GRPC_STATUS: Text = TEXTS + 119;
/** host */
export const HOST: Text = TEXTS + 131;
/** x-pd- */
export const INTERNAL: Text = TEXTS + 136;
/** x-pd-arm */
export const X_ARM: Text = TEXTS + 142;
/** x-pd-pick */
export const X_PICK: Text = TEXTS + 151;
/** x-pd-cluster */
export const X_CLUSTER: Text = TEXTS + 161;
/** pd */
export const GUARDED_ROUTE: Text = TEXTS + 174;
/** 1 */
export const ONE: Text = TEXTS + 177;
/** san */
export const F_SAN: Text = TEXTS + 179;
/** port */
export const F_PORT: Text = TEXTS + 183;
/** payload */
export const F_PAYLOAD: Text = TEXTS + 188;
/** envoy.filters.http.jwt_authn */
export const JWT_AUTHN: Text = TEXTS + 196;
/** filter_state\0pointduty.facts */
export const P_DOCUMENT: Text = TEXTS + 225;
/** filter_state\0 */
export const P_FILTER_STATE: Text = TEXTS + 254;
/** connection\0uri_san_peer_certificate */
export const P_URI_SAN: Text = TEXTS + 268;
/** metadata */
export const P_METADATA: Text = TEXTS + 304;
/** destination\0port */
export const P_DESTINATION_PORT: Text = TEXTS + 313;
/** response\0code_details */
export const P_DETAILS: Text = TEXTS + 330;
/** upstream_reset */
export const UPSTREAM_RESET: Text = TEXTS + 352;
/** pointduty.header_routing. */
export const STATE: Text = TEXTS + 367;
/** .outcome */
export const S_OUTCOME: Text = TEXTS + 393;
/** .rule */
export const S_RULE: Text = TEXTS + 402;
/** .arm */
export const S_ARM: Text = TEXTS + 408;
/** .cluster */
export const S_CLUSTER: Text = TEXTS + 413;
/** routed */
export const ROUTED: Text = TEXTS + 422;
/** shadow_routed */
export const SHADOW_ROUTED: Text = TEXTS + 429;
/** unrouted */
export const UNROUTED: Text = TEXTS + 443;
/** facts_failed */
export const FACTS_FAILED: Text = TEXTS + 452;
/** arm_requests */
export const ARM_REQUESTS: Text = TEXTS + 465;
/** arm_errors */
export const ARM_ERRORS: Text = TEXTS + 478;
/** arm_closed */
export const ARM_CLOSED: Text = TEXTS + 489;
/** arm_reopened */
export const ARM_REOPENED: Text = TEXTS + 500;
/** arm_closed_until */
export const ARM_CLOSED_UNTIL: Text = TEXTS + 513;
/** /guard/ */
export const GUARD: Text = TEXTS + 530;
/** header-routing: arm  */
export const SAYS_ARM: Text = TEXTS + 538;
/**  is closed:  */
export const SAYS_CLOSED: Text = TEXTS + 559;
/**  of  */
export const SAYS_OF: Text = TEXTS + 572;
/**  requests failed */
export const SAYS_FAILED: Text = TEXTS + 577;
/**  is open again */
export const SAYS_OPEN: Text = TEXTS + 594;
/**  bucket  */
export const W_BUCKET: Text = TEXTS + 609;
/**  forced */
export const W_FORCED: Text = TEXTS + 618;
/**  closed, default */
export const W_CLOSED: Text = TEXTS + 626;
/**  by chance */
export const W_CHANCE: Text = TEXTS + 643;
/**  without key */
export const W_KEYLESS: Text = TEXTS + 654;
/** ; Path=/; Max-Age= */
export const C_PATH: Text = TEXTS + 667;
/** ; Secure; HttpOnly; SameSite= */
export const C_FLAGS: Text = TEXTS + 686;
/** Lax */
export const C_LAX: Text = TEXTS + 716;
/** Strict */
export const C_STRICT: Text = TEXTS + 720;
/** None */
export const C_NONE: Text = TEXTS + 727;
/** is given twice; allowed: once */
export const M_TWICE: Text = TEXTS + 732;
/** binding: cluster needs the arm's cluster */
export const M_NEEDS_CLUSTER: Text = TEXTS + 762;
/** binding: arms needs the arm's weight, as in the platform's route */
export const M_NEEDS_WEIGHT: Text = TEXTS + 803;
/** needs retryOn */
export const M_RETRY: Text = TEXTS + 868;
/** is more than timeout */
export const M_PER_TRY: Text = TEXTS + 882;
/** binding: arms needs two arms at least */
export const M_ONE_ARM: Text = TEXTS + 903;
/** needs binding: cluster */
export const M_ONLY_CLUSTER: Text = TEXTS + 941;
/** needs binding: arms */
export const M_ONLY_ARMS: Text = TEXTS + 964;
/** allowed: printable ASCII without space */
export const M_BAD_CLUSTER: Text = TEXTS + 984;
/** is none of arms */
export const M_NO_ARM: Text = TEXTS + 1023;
/** is none of clusters */
export const M_NO_CLUSTER: Text = TEXTS + 1039;
/** is none of arms and clusters */
export const M_NO_TARGET: Text = TEXTS + 1059;
/** allowed: one of arm, cluster, split, table */
export const M_ACTIONS: Text = TEXTS + 1088;
/** does nothing; allowed: arm, cluster, split, table, filters */
export const M_NO_ACTION: Text = TEXTS + 1131;
/** needs split or table */
export const M_KEY_ALONE: Text = TEXTS + 1190;
/** allowed: a host name in lower case, or *. and one */
export const M_BAD_HOST: Text = TEXTS + 1211;
/** RegularExpression has no bound of cost; allowed: the other types */
export const M_REGEX: Text = TEXTS + 1261;
/** allowed: a path from / on, without ?, #, white space, //, /./, /../, %2f */
export const M_BAD_PATH: Text = TEXTS + 1326;
/** stands for path and method; allowed: without these */
export const M_GRPC_PATH: Text = TEXTS + 1399;
/** allowed: printable ASCII without / and space */
export const M_BAD_GRPC: Text = TEXTS + 1450;
/** too many; allowed: 20000 matches in all, counted for each host */
export const M_MATCHES: Text = TEXTS + 1495;
/** needs service or method */
export const M_GRPC_EMPTY: Text = TEXTS + 1558;
/** is no name of a header */
export const M_BAD_NAME: Text = TEXTS + 1582;
/** allowed: names but host and x-pd- */
export const M_PSEUDO: Text = TEXTS + 1605;
/** allowed: no control characters */
export const M_BAD_VALUE: Text = TEXTS + 1639;
/** allowed: no value beside Absent */
export const M_ABSENT_VALUE: Text = TEXTS + 1670;
/** needs a value */
export const M_NO_VALUE: Text = TEXTS + 1702;
/** needs one of string, number, boolean */
export const M_CLAIM: Text = TEXTS + 1716;
/** allowed: what begins with spiffe:// */
export const M_BAD_SPIFFE: Text = TEXTS + 1753;
/** needs the field of its type, and no other */
export const M_FILTER: Text = TEXTS + 1789;
/** needs one of claim, cookie, header, query, baggage, peer, generate */
export const M_SOURCE: Text = TEXTS + 1831;
/** allowed: true */
export const M_PEER_FALSE: Text = TEXTS + 1898;
/** is no name of a cookie */
export const M_BAD_COOKIE: Text = TEXTS + 1912;
/** needs peers or ports */
export const M_TRUST: Text = TEXTS + 1935;
/** is for cookie, header, query, baggage, which clients choose */
export const M_TRUST_SELF: Text = TEXTS + 1956;
/** allowed: nothing behind generate */
export const M_GENERATE_LAST: Text = TEXTS + 2016;
/** algorithm: pointduty needs salt, default, and percent of each arm */
export const M_NEEDS_SHARES: Text = TEXTS + 2049;
/** is not for algorithm: envoy */
export const M_NOT_ENVOY: Text = TEXTS + 2115;
/** is not for algorithm: pointduty */
export const M_NOT_POINTDUTY: Text = TEXTS + 2143;
/** algorithm: envoy needs weight */
export const M_NO_WEIGHT: Text = TEXTS + 2175;
/** allowed: a key of 1 to 1024 bytes */
export const M_BAD_KEY: Text = TEXTS + 2205;
/** allowed: one weight above 0 at least */
export const M_WEIGHTS: Text = TEXTS + 2239;
/** has a share already, or is the default */
export const M_SHARE_TWICE: Text = TEXTS + 2276;
/** is above max (by default an equal share of what is left) */
export const M_MAX: Text = TEXTS + 2315;
/** allowed: a sum of max up to 100 */
export const M_SUM: Text = TEXTS + 2372;
/** is no arm of this split */
export const M_FORCED_ARM: Text = TEXTS + 2404;
/** needs key */
export const M_NEEDS_KEY: Text = TEXTS + 2428;
/** needs facts: properties */
export const M_IDENTITY: Text = TEXTS + 2438;
