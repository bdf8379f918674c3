/** The retry budget's ledger, laid bare for the tests against a plain model: one ledger and one policy, no host. */
import "../../../../assembly/abi/abort";
import { Budget, Ledger, LEDGER_BYTES } from "../../../../filters/retry-budget/policy";

const ledger = new Ledger();
const budget = new Budget();
const blob: usize = heap.alloc(<usize>LEDGER_BYTES);

export function configure(percent: u64, interval: u64, burst: u64, emission: u64, floorLimit: u64): void {
  budget.percent = percent;
  budget.interval = interval;
  budget.burst = burst;
  budget.emission = emission;
  budget.floorLimit = floorLimit;
}

export function create(generation: u64, now: u64, originals: u64): void {
  ledger.create(blob, budget, generation, now, originals);
}

/** Opens what is stored as if it had `length` bytes, and rolls. */
export function open(length: i32, generation: u64, now: u64, originals: u64, answered: u64): bool {
  ledger.open(blob, length, budget, generation, now);
  return ledger.roll(budget, generation, now, originals, answered);
}

export function withdraw(now: u64): i32 {
  return <i32>ledger.withdraw(budget, now);
}

export function refund(grant: i32, slot: u64): void {
  ledger.refund(budget, <u8>grant, slot);
}

export function slot(): u64 {
  return ledger.slot;
}

export function left(now: u64): u64 {
  return ledger.left(budget, now);
}

export function tight(): bool {
  return ledger.tight(budget);
}

export function deposit(count: u64, since: u64): void {
  ledger.deposit(count, since);
}

export function deposits(): u64 {
  return ledger.deposits;
}

export function outdated(): bool {
  return ledger.outdated;
}

export function blobAddress(): usize {
  return blob;
}

export function blobBytes(): i32 {
  return LEDGER_BYTES;
}
