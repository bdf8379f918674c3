/** The decision. Pure: no host, no clock of its own. */
import { equals } from "../../assembly/bytes";
import { HeaderPairs } from "../../assembly/headers";
import { Policy } from "./config";

export namespace Verdict {
  export const Pass: i32 = 0;
  export const Deny: i32 = 1;
}

/**
 * Judges a request by its headers.
 * @param headers every pair, before the first one; a view that is not valid says nothing about the request, so it is denied
 * @returns a `Verdict`
 */
export function judge(policy: Policy, headers: HeaderPairs): i32 {
  if (!headers.valid) return Verdict.Deny;
  if (policy.require.length == 0) return Verdict.Pass;
  while (headers.next()) {
    if (equals(headers.name, headers.nameLength, policy.require)) return Verdict.Pass;
  }
  return Verdict.Deny;
}
