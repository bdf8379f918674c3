/**
 * The attempts that run in this VM, and which of them belong to one request. Attempts of one request that live side by
 * side (hedging) are linked in the order of their start. Pure: no host.
 */
import { StreamTable } from "../../assembly/streams";

/** One attempt: an entry of the stream table. */
@unmanaged
export class Attempt {
  id: u32;
  root: u32;
  flags: u32;
  account: i32;
  /** 1 for the first attempt of a request. */
  ordinal: u32;
  /** Attempts started before and after this one, while the table has them. */
  older: u32;
  younger: u32;
}

/** No downstream request behind it (mirrored, made by Envoy itself): it neither deposits nor withdraws. */
export const DETACHED: u32 = 1;
/** A retry of this request was denied, so this attempt is only there because nobody enforced it. */
export const BEYOND: u32 = 2;
/** Denied, but kept waiting: an earlier attempt of the request still runs. */
export const HELD_BACK: u32 = 4;
/** Ended; the entry stays while other attempts of the request need the links. */
const ENDED: u32 = 8;
/** An original request that has had no answer yet. */
export const UNANSWERED: u32 = 16;

export class Attempts {
  constructor(private readonly table: StreamTable) {}

  find(id: u32): Attempt | null {
    const entry = this.table.find(id);
    return entry == 0 ? null : changetype<Attempt>(entry);
  }

  /**
   * Links an attempt to the one before it, if that still lives or is remembered. The caller's mark says which one that
   * is, and another party may have written it: links lead from greater to smaller ids only, so that no chain is a circle.
   */
  link(attempt: Attempt, before: u32): void {
    const older = before < attempt.id && attempt.older == 0 ? this.find(before) : null;
    if (older === null || older.younger != 0) return;
    attempt.older = before;
    older.younger = attempt.id;
  }

  /** Ends an attempt: it goes, or waits for the last of its request to end. */
  end(attempt: Attempt): void {
    const id = attempt.id;
    if (attempt.older == 0 && attempt.younger == 0) {
      this.table.remove(id);
      return;
    }
    attempt.flags |= ENDED;
    if (this.others(id, ENDED, 0)) return;
    let next = this.oldest(id);
    while (next != 0) {
      const gone = next;
      const member = this.find(gone);
      next = member === null ? 0 : member.younger;
      this.table.remove(gone);
    }
  }

  /** Whether another attempt of the request runs and may still answer. */
  othersRun(id: u32): bool {
    return this.others(id, HELD_BACK | ENDED, 0);
  }

  /** Whether another attempt of the request is held back. */
  othersHeld(id: u32): bool {
    return this.others(id, HELD_BACK | ENDED, HELD_BACK);
  }

  /** Places of the table: the bound of a walk with `heldAt`. */
  get places(): u32 {
    return this.table.places;
  }

  /** The attempt in a place of the table if it belongs to `root` and is held back, else null. */
  heldAt(place: u32, root: u32): Attempt | null {
    const entry = this.table.entry(place);
    if (entry == 0) return null;
    const attempt = changetype<Attempt>(entry);
    return attempt.root == root && isHeld(attempt) ? attempt : null;
  }

  /** Whether an attempt that was started later is held back. */
  youngerHeld(attempt: Attempt): bool {
    let next = attempt.younger;
    while (next != 0) {
      const younger = this.find(next);
      if (younger === null) return false;
      if (isHeld(younger)) return true;
      next = younger.younger;
    }
    return false;
  }

  /** Whether another attempt of the request has these `flags` among those of `mask`. */
  private others(id: u32, mask: u32, flags: u32): bool {
    let next = this.oldest(id);
    while (next != 0) {
      const attempt = this.find(next);
      if (attempt === null) return false;
      if (attempt.id != id && (attempt.flags & mask) == flags) return true;
      next = attempt.younger;
    }
    return false;
  }

  /** The first of the attempts that are linked to this one. */
  private oldest(id: u32): u32 {
    let first = id;
    while (true) {
      const attempt = this.find(first);
      if (attempt === null || attempt.older == 0) return first;
      first = attempt.older;
    }
  }
}

function isHeld(attempt: Attempt): bool {
  return (attempt.flags & (HELD_BACK | ENDED)) == HELD_BACK;
}
