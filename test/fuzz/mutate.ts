/** Changes to inputs, as a fuzzer makes them. */
import { anyBytes, anyU32, below, type Choices } from "./choices.ts";

/** Longest input that mutation makes (bytes). */
const LONGEST = 32_768;

/** One to four small changes. @param others inputs to splice from */
export function mutate(input: Uint8Array, from: Choices, others: readonly Uint8Array[]): Uint8Array {
  let bytes = input;
  for (let left = 1 + below(from, 4); left > 0; left--) bytes = once(bytes, from, others);
  return bytes.subarray(0, LONGEST);
}

/** A new input, or one of the corpus (a quarter of them) with small changes. @param longest bytes of a new one */
export function drawn(from: Choices, corpus: readonly Uint8Array[], longest: number): Uint8Array {
  const base = corpus[below(from, corpus.length)];
  if (below(from, 4) === 0 && base !== undefined) return mutate(base, from, corpus);
  return anyBytes(from, below(from, longest));
}

function once(input: Uint8Array, from: Choices, others: readonly Uint8Array[]): Uint8Array {
  const at = below(from, input.length + 1);
  const length = 1 + below(from, 1 + Math.min(16, input.length - at));
  switch (below(from, 8)) {
    case 0:
      return replaced(input, at, 1, Uint8Array.of((input[at] ?? 0) ^ (1 << below(from, 8))));
    case 1:
      return replaced(input, at, 1, Uint8Array.of(from.byte()));
    case 2:
      return replaced(input, at, 0, anyBytes(from, length));
    case 3:
      return replaced(input, at, length, new Uint8Array());
    case 4:
      return replaced(input, at, 0, input.slice(at, at + length));
    case 5: {
      const number = anyU32(from);
      return replaced(input, at, 4, Uint8Array.of(number, number >>> 8, number >>> 16, number >>> 24));
    }
    case 6: {
      const other = others[below(from, others.length)] ?? input;
      return replaced(input, at, below(from, 2) * length, other.slice(below(from, other.length + 1)));
    }
    default:
      return input.slice(0, at);
  }
}

function replaced(input: Uint8Array, at: number, length: number, by: Uint8Array): Uint8Array {
  const tail = input.subarray(at + length);
  const out = new Uint8Array(at + by.length + tail.length);
  out.set(input.subarray(0, at));
  out.set(by, at);
  out.set(tail, at + by.length);
  return out;
}

/**
 * Makes a failing input smaller as long as it fails: takes out pieces, large ones first, then turns bytes into 0.
 * @param fails whether an input still fails in the same way
 * @param ms time after which it has to do
 */
export function shrink(input: Uint8Array, fails: (input: Uint8Array) => boolean, ms: number): Uint8Array {
  const end = performance.now() + ms;
  let best = input;
  for (let size = Math.ceil(best.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < best.length && performance.now() < end;) {
      const shorter = replaced(best, at, size, new Uint8Array());
      if (fails(shorter)) best = shorter;
      else at += size;
    }
  }
  for (let at = 0; at < best.length && performance.now() < end; at++) {
    if (best[at] === 0) continue;
    const simpler = replaced(best, at, 1, Uint8Array.of(0));
    if (fails(simpler)) best = simpler;
  }
  return best;
}
