/**
 * Leases: retries that were paid for when a response failed and that have not arrived yet. A retry that never comes
 * (the client left, the attempts were used up) gives its token back after `LEASE_NANOS`. They live in the VM: attempts
 * of one request stay on their worker, and the leases of a VM that dies leave the window with the time they were made.
 * A fixed ring, oldest first, since all live equally long. Pure: no host, no clock of its own.
 */
import { StreamTable } from "../../assembly/streams";
import { Grant } from "./policy";

/** Longer than Envoy's longest default backoff (250 ms). A retry that is later still pays when it arrives. */
export const LEASE_NANOS: u64 = 1_000_000_000;
/** Open leases of a worker. When all are in use a failing response gets none, and its retry pays on arrival. */
export const LEASES: i32 = 4096;

/** One lease. `owner` is 0 once it is claimed. */
@unmanaged
export class Lease {
  owner: u32;
  /** Index of the key in `Leases.keys` of the same place. */
  place: u32;
  expiry: u64;
  /** Slot of the ledger in which it was paid. */
  slot: u64;
  /** Class of failure (`FailureClasses`) that it was granted for. */
  failure: i32;
  /** `Grant`; None for a probe, which only tells whether a class of failures is retried at all. */
  grant: u8;
  /** It belongs to a request's first attempt. */
  first: bool;
}

/** @typeParam K what the lease was paid from: the filter's key */
export class Leases<K> {
  private readonly block: usize = heap.alloc(<usize>LEASES * offsetof<Lease>());
  private readonly keys: StaticArray<K | null> = new StaticArray<K | null>(LEASES);
  /** Attempt -> place. */
  private readonly byOwner: StreamTable = new StreamTable(8);
  private head: u32 = 0;
  private count: i32 = 0;

  /** Remembers a lease for the attempt `owner`; false when the ring is full (for a probe: half full). */
  add(owner: u32, key: K, grant: u8, slot: u64, failure: i32, first: bool, now: u64): bool {
    if (this.count >= (grant == Grant.None ? LEASES / 2 : LEASES)) return false;
    const place = (this.head + <u32>this.count) % <u32>LEASES;
    this.count++;
    const lease = this.lease(place);
    lease.owner = owner;
    lease.place = place;
    lease.expiry = now + LEASE_NANOS;
    lease.slot = slot;
    lease.failure = failure;
    lease.grant = grant;
    lease.first = first;
    unchecked((this.keys[place] = key));
    store<u32>(this.byOwner.add(owner), place, 4);
    return true;
  }

  /** The lease of the attempt `owner`, which is claimed thereby; null when there is none. */
  claim(owner: u32): Lease | null {
    const entry = this.byOwner.find(owner);
    if (entry == 0) return null;
    const lease = this.lease(load<u32>(entry, 4));
    this.byOwner.remove(owner);
    lease.owner = 0;
    return lease;
  }

  /** Takes out the oldest lease that is over and was not claimed; null when there is none. */
  expired(now: u64): Lease | null {
    while (this.count > 0) {
      const lease = this.lease(this.head);
      if (lease.owner != 0 && lease.expiry > now) return null;
      this.head = (this.head + 1) % <u32>LEASES;
      this.count--;
      if (lease.owner != 0) {
        this.byOwner.remove(lease.owner);
        return lease;
      }
    }
    return null;
  }

  /** What the lease was paid from. */
  keyOf(lease: Lease): K | null {
    return unchecked(this.keys[lease.place]);
  }

  private lease(place: u32): Lease {
    return changetype<Lease>(this.block + <usize>place * offsetof<Lease>());
  }
}
