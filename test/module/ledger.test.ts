/**
 * The ledger against a plain model, and against the promise itself: for every window of the interval's length that ends
 * at a grant, grants <= percent x originals + rate x interval + burst.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { builtModule } from "../lib/policy.ts";

interface Probe {
  memory: WebAssembly.Memory;
  _initialize(): void;
  configure(percent: bigint, interval: bigint, burst: bigint, emission: bigint, floorLimit: bigint): void;
  create(generation: bigint, now: bigint, originals: bigint): void;
  open(length: number, generation: bigint, now: bigint, originals: bigint, answered: bigint): number;
  withdraw(now: bigint): number;
  refund(grant: number, slot: bigint): void;
  slot(): bigint;
  left(now: bigint): bigint;
  tight(): number;
  deposit(count: bigint, since: bigint): void;
  deposits(): bigint;
  outdated(): number;
  blobAddress(): number;
  blobBytes(): number;
}

const NONE = 0;
const PERCENT = 1;
const FLOOR = 2;
const MS = 1_000_000n;
const START = 1_700_000_000_000n * MS;

const module = new WebAssembly.Module(builtModule("probes/ledger"));

interface Settings {
  /** Thousandths of a percent. */
  percent: number;
  /** Milliseconds. */
  interval: number;
  count: number;
  /** Milliseconds. */
  floorInterval: number;
  burst: number;
}

function probeOf(settings: Settings): Probe {
  const imports = { env: { proxy_log: () => 0 } };
  const probe = new WebAssembly.Instance(module, imports).exports as unknown as Probe;
  probe._initialize();
  configure(probe, settings);
  return probe;
}

function configure(probe: Probe, s: Settings): void {
  const emission = s.count === 0 ? 0n : (BigInt(s.floorInterval) * MS + BigInt(s.count) - 1n) / BigInt(s.count);
  const limit = s.count === 0 ? 0n : (BigInt(s.count) * BigInt(s.interval)) / BigInt(s.floorInterval) + BigInt(s.burst);
  const burst = s.count === 0 ? 0n : BigInt(s.burst);
  probe.configure(BigInt(s.percent), BigInt(s.interval) * MS, burst, emission, limit);
}

/** The ledger as one would write it without any thought of memory: lists of what happened in which slot. */
class Model {
  slot: bigint;
  private grants: { slot: bigint; kind: number }[] = [];
  /** First reading of the originals in each slot that was looked at, in order. */
  private readings: { slot: bigint; originals: bigint }[] = [];
  private filled = 0n;
  private paidUntil = 0n;
  private readonly s: Settings;

  constructor(s: Settings, now: bigint, originals: bigint) {
    this.s = s;
    this.slot = this.slotOf(now);
    this.readings.push({ slot: this.slot, originals });
  }

  private slotOf(now: bigint): bigint {
    return now / ((BigInt(this.s.interval) * MS) / 160n);
  }

  private emission(): bigint {
    return (BigInt(this.s.floorInterval) * MS + BigInt(this.s.count) - 1n) / BigInt(this.s.count);
  }

  roll(now: bigint, originals: bigint, answered: bigint): void {
    const present = this.slotOf(now);
    if (present > this.slot) {
      this.slot = present;
      this.readings.push({ slot: present, originals });
    }
    // Before the window: what had been counted when slot - 157 began, at most: the first reading not earlier than that.
    const edge = this.slot - 157n;
    const before = this.readings.find((r) => r.slot >= edge)?.originals ?? originals;
    // Surely seen: what was answered, or had been read at least two slots ago.
    const old = this.readings.filter((r) => r.slot <= this.slot - 2n).at(-1) ?? this.readings[0]!;
    const seen = old.originals > answered ? old.originals : answered;
    this.filled = seen > before ? seen - before : 0n;
  }

  private used(kind: number): bigint {
    return BigInt(this.grants.filter((g) => g.kind === kind && g.slot > this.slot - 163n).length);
  }

  withdraw(now: bigint): number {
    if ((this.used(PERCENT) + 1n) * 100_000n <= BigInt(this.s.percent) * this.filled) {
      this.grants.push({ slot: this.slot, kind: PERCENT });
      return PERCENT;
    }
    if (this.s.count === 0) return NONE;
    const limit =
      (BigInt(this.s.count) * BigInt(this.s.interval)) / BigInt(this.s.floorInterval) + BigInt(this.s.burst);
    if (this.used(FLOOR) >= limit) return NONE;
    const granted = (BigInt(this.s.percent) * this.filled) / 100_000n;
    if (this.used(PERCENT) + this.used(FLOOR) >= granted + limit) return NONE;
    const next = (this.paidUntil > now ? this.paidUntil : now) + this.emission();
    if (next > now + BigInt(this.s.burst) * this.emission()) return NONE;
    this.paidUntil = next;
    this.grants.push({ slot: this.slot, kind: FLOOR });
    return FLOOR;
  }

  refund(kind: number, slot: bigint): void {
    const index = this.grants.findIndex((g) => g.kind === kind && g.slot === slot && g.slot > this.slot - 163n);
    if (index >= 0) this.grants.splice(index, 1);
    if (kind === FLOOR) this.paidUntil = this.paidUntil > this.emission() ? this.paidUntil - this.emission() : 0n;
  }
}

const settings: fc.Arbitrary<Settings> = fc.record({
  percent: fc.oneof(fc.constantFrom(0, 1000, 20_000, 35_000, 100_000), fc.integer({ min: 0, max: 100_000 })),
  interval: fc.constantFrom(1000, 2000, 10_000, 60_000, 3_600_000),
  count: fc.constantFrom(0, 1, 5, 100),
  floorInterval: fc.constantFrom(100, 1000, 10_000),
  burst: fc.constantFrom(1, 3, 50),
});

type Step =
  | { op: "wait"; share: number }
  | { op: "originals"; count: number; answered: number }
  | { op: "withdraw"; count: number }
  | { op: "refund"; which: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ op: fc.constant("wait" as const), share: fc.integer({ min: 0, max: 130 }) }) },
    { weight: 1, arbitrary: fc.record({ op: fc.constant("wait" as const), share: fc.constantFrom(9_000, 20_000) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        op: fc.constant("originals" as const),
        count: fc.integer({ min: 1, max: 200 }),
        answered: fc.integer({ min: 0, max: 200 }),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({ op: fc.constant("withdraw" as const), count: fc.integer({ min: 1, max: 40 }) }),
    },
    { weight: 1, arbitrary: fc.record({ op: fc.constant("refund" as const), which: fc.nat() }) },
  ),
  { maxLength: 120 },
);

test("the ledger decides as the model does", () => {
  fc.assert(
    fc.property(settings, steps, (s, list) => {
      const probe = probeOf(s);
      let now = START;
      let originals = 7n;
      let answered = 7n;
      probe.create(1n, now, originals);
      const model = new Model(s, now, originals);
      const granted: { kind: number; slot: bigint }[] = [];
      for (const step of list) {
        if (step.op === "wait") now += (BigInt(s.interval) * MS * BigInt(step.share)) / 10_000n;
        if (step.op === "originals") {
          originals += BigInt(step.count);
          const waiting = originals - answered;
          answered += BigInt(step.answered) < waiting ? BigInt(step.answered) : waiting;
        }
        probe.open(probe.blobBytes(), 1n, now, originals, answered);
        model.roll(now, originals, answered);
        assert.equal(probe.slot(), model.slot);
        if (step.op === "withdraw") {
          for (let i = 0; i < step.count; i++) {
            const kind = probe.withdraw(now);
            assert.equal(kind, model.withdraw(now));
            if (kind !== NONE) granted.push({ kind, slot: model.slot });
          }
        }
        const back =
          step.op === "refund" && granted.length > 0 ? granted.splice(step.which % granted.length, 1)[0] : undefined;
        if (back !== undefined) {
          probe.refund(back.kind, back.slot);
          model.refund(back.kind, back.slot);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test("no window of the interval's length that ends at a grant holds more than the promise", () => {
  fc.assert(
    fc.property(settings, steps, (s, list) => {
      const probe = probeOf(s);
      const length = BigInt(s.interval) * MS;
      let now = START;
      let originals = 0n;
      const arrivals: { t: bigint; count: number }[] = [];
      const grants: bigint[] = [];
      probe.create(1n, now, originals);
      for (const step of list) {
        if (step.op === "wait") now += (length * BigInt(step.share)) / 10_000n;
        if (step.op === "originals") {
          originals += BigInt(step.count);
          arrivals.push({ t: now, count: step.count });
        }
        probe.open(probe.blobBytes(), 1n, now, originals, originals);
        if (step.op !== "withdraw") continue;
        for (let i = 0; i < step.count; i++) if (probe.withdraw(now) !== NONE) grants.push(now);
        if (grants.at(-1) !== now) continue;
        const used = grants.filter((t) => t > now - length).length;
        const filled = arrivals.filter((a) => a.t > now - length).reduce((sum, a) => sum + a.count, 0);
        const floor = s.count === 0 ? 0 : (s.count * s.interval) / s.floorInterval + s.burst;
        assert.ok(used * 100_000 <= s.percent * filled + floor * 100_000, `${used} grants for ${filled} originals`);
      }
    }),
    { numRuns: 300 },
  );
});

test("a steady outage uses more than 95 % of what is allowed", () => {
  for (const percent of [1000, 20_000, 35_000, 100_000]) {
    const s = { percent, interval: 2000, count: 0, floorInterval: 1000, burst: 1 };
    const probe = probeOf(s);
    let now = START;
    let originals = 0n;
    let used = 0;
    probe.create(1n, now, originals);
    for (let ms = 0; ms < 10_000; ms++) {
      now += MS;
      originals += 1n;
      probe.open(probe.blobBytes(), 1n, now, originals, originals);
      while (probe.withdraw(now) !== NONE) used++;
    }
    const allowed = (percent * 10_000) / 100_000;
    // At most one token of each of the five windows is lost to whole numbers.
    assert.ok(used >= 0.95 * allowed - 5 && used <= allowed, `${percent}: ${used} of ${allowed}`);
  }
});

/** Slot of PLAIN's interval. */
const SLOT = (25n * MS) / 2n;
const PLAIN: Settings = { percent: 20_000, interval: 2000, count: 1, floorInterval: 10_000, burst: 3 };

/** Opens the ledger as generation 5 and rolls it; every original has been answered. */
function roll(probe: Probe, now: bigint, originals: bigint, generation = 5n): void {
  probe.open(probe.blobBytes(), generation, now, originals, originals);
}

/** A ledger that has granted `grants` retries at once, for 100 originals. */
function spent(s: Settings, grants: number): Probe {
  const probe = probeOf(s);
  probe.create(5n, START, 0n);
  roll(probe, START, 100n);
  for (let i = 0; i < grants; i++) assert.notEqual(probe.withdraw(START), NONE);
  return probe;
}

test("a request counts once it is answered, or was sent two slots ago", () => {
  const probe = probeOf({ ...PLAIN, percent: 100_000, count: 0 });
  probe.create(5n, START, 0n);
  probe.open(probe.blobBytes(), 5n, START, 100n, 30n);
  assert.equal(probe.left(START), 30n);
  probe.open(probe.blobBytes(), 5n, START + SLOT, 100n, 30n);
  assert.equal(probe.left(START + SLOT), 30n, "first read in the second slot");
  probe.open(probe.blobBytes(), 5n, START + 2n * SLOT, 150n, 30n);
  assert.equal(probe.left(START + 2n * SLOT), 30n);
  probe.open(probe.blobBytes(), 5n, START + 3n * SLOT, 200n, 30n);
  assert.equal(probe.left(START + 3n * SLOT), 100n);
  probe.open(probe.blobBytes(), 5n, START + 4n * SLOT, 200n, 250n);
  assert.equal(probe.left(START + 4n * SLOT), 200n, "no more are answered than were sent");
});

test("after a pause what was read before it is settled", () => {
  const probe = probeOf({ ...PLAIN, percent: 100_000, count: 0 });
  probe.create(5n, START, 0n);
  probe.open(probe.blobBytes(), 5n, START + SLOT, 100n, 0n);
  probe.open(probe.blobBytes(), 5n, START + 500n * MS, 170n, 0n);
  assert.equal(probe.left(START + 500n * MS), 100n);
});

test("a blob of another length, magic or version, or with slots of no length, is rebuilt with nothing to give", () => {
  const damage: ((probe: Probe) => number)[] = [
    (probe) => probe.blobBytes() - 1,
    (probe) => {
      new DataView(probe.memory.buffer).setUint32(probe.blobAddress(), 1, true);
      return probe.blobBytes();
    },
    (probe) => {
      new DataView(probe.memory.buffer).setUint32(probe.blobAddress() + 4, 2, true);
      return probe.blobBytes();
    },
    (probe) => {
      new DataView(probe.memory.buffer).setBigUint64(probe.blobAddress() + 8, 0n, true);
      return probe.blobBytes();
    },
  ];
  for (const harm of damage) {
    const probe = spent(PLAIN, 0);
    probe.open(harm(probe), 5n, START, 100n, 100n);
    assert.equal(probe.left(START), 0n);
    assert.equal(probe.withdraw(START), NONE);
    roll(probe, START, 105n);
    assert.equal(probe.withdraw(START), PERCENT, "what comes afterwards counts");
    roll(probe, START + 10_000n * MS, 105n);
    assert.equal(probe.withdraw(START + 10_000n * MS), FLOOR, "and the floor earns again");
  }
});

test("a newer policy with another interval keeps what was used and forgets what was earned", () => {
  const probe = spent(PLAIN, 10);
  configure(probe, { ...PLAIN, interval: 4000 });
  roll(probe, START, 100n, 6n);
  assert.equal(probe.slot(), START / (2n * SLOT));
  roll(probe, START, 154n, 6n);
  assert.equal(probe.withdraw(START), FLOOR, "10 used of 20 % of 54 new originals");
  roll(probe, START, 155n, 6n);
  assert.equal(probe.withdraw(START), PERCENT, "11th of 20 % of 55");
});

test("an older policy does not change the slots of a newer one", () => {
  const probe = spent(PLAIN, 10);
  configure(probe, { ...PLAIN, interval: 4000 });
  roll(probe, START, 100n, 4n);
  assert.equal(probe.slot(), START / SLOT);
  roll(probe, START, 100n, 5n);
  assert.equal(probe.slot(), START / SLOT, "nor does one of the same time");
  assert.equal(probe.outdated(), 1);
  roll(probe, START, 100n, 6n);
  assert.equal(probe.outdated(), 0);
});

test("a ledger from the future (the clock was set back) does not keep its slots", () => {
  const probe = spent(PLAIN, 10);
  configure(probe, { ...PLAIN, interval: 4000 });
  roll(probe, 3n, 100n, 2n);
  assert.equal(probe.slot(), 0n);
});

test("a clock set back by less than an interval holds the window still", () => {
  const probe = spent(PLAIN, 20);
  const back = START - 2000n * MS;
  roll(probe, back, 104n);
  assert.equal(probe.slot(), START / SLOT);
  assert.equal(probe.withdraw(back), FLOOR);
  roll(probe, back, 105n);
  assert.equal(probe.withdraw(back), PERCENT);
});

test("a clock set back by more than an interval: used counts as used just now, earned is forgotten", () => {
  const probe = spent(PLAIN, 20);
  const back = START - 2000n * MS - SLOT;
  roll(probe, back, 100n);
  assert.equal(probe.slot(), back / SLOT);
  const later = back + 1900n * MS;
  roll(probe, later, 200n);
  assert.equal(probe.left(later), 3n, "20 used against 20 % of 100, and the floor's burst");
});

test("the floor pays nothing while the percentage's retries fill the window beyond what earns them now", () => {
  const probe = spent(PLAIN, 20);
  const later = START + 1990n * MS;
  roll(probe, later, 100n);
  assert.equal(
    probe.left(later),
    0n,
    "20 used for 100 originals that have left the window, 3 of the floor do not help",
  );
  assert.equal(probe.withdraw(later), NONE);
  const after = START + 2040n * MS;
  roll(probe, after, 100n);
  assert.equal(probe.left(after), 3n);
  assert.equal(probe.withdraw(after), FLOOR);
});

test("the floor fills what the window has left for both, to the last retry", () => {
  const later = START + 1990n * MS;
  const full = spent(PLAIN, 3);
  roll(full, later, 100n);
  assert.equal(full.left(later), 0n, "3 used by the percentage, which grants none now, of the floor's 3");
  assert.equal(full.withdraw(later), NONE);
  const one = spent(PLAIN, 2);
  roll(one, later, 100n);
  assert.equal(one.left(later), 1n);
  assert.equal(one.withdraw(later), FLOOR);
  assert.equal(one.withdraw(later), NONE);
});

test("a fast floor grants no more in a window than its rate and its burst", () => {
  const s = { ...PLAIN, percent: 0, count: 100, floorInterval: 100 };
  const probe = spent(s, 0);
  let granted = 0;
  for (let ms = 0n; ms <= 2000n; ms++) {
    roll(probe, START + ms * MS, 100n);
    while (probe.withdraw(START + ms * MS) === FLOOR) granted++;
  }
  assert.equal(granted, 2003, "one a millisecond, and a burst of 3");
  // The bucket earns on, but the window still holds all of them: it is 162 to 163 slots long.
  const held = START + 2030n * MS;
  roll(probe, held, 100n);
  assert.equal(probe.left(held), 0n);
  assert.equal(probe.withdraw(held), NONE);
  const moved = START + 163n * SLOT;
  roll(probe, moved, 100n);
  assert.equal(probe.withdraw(moved), FLOOR);
});

test("a gauge that begins again at 0 goes on where it was", () => {
  const probe = spent({ ...PLAIN, count: 0 }, 10);
  const later = START + 1000n * MS;
  roll(probe, later, 50n);
  assert.equal(probe.left(later), 20n, "20 % of 100 + 50, 10 used");
  roll(probe, later, 70n);
  assert.equal(probe.left(later), 24n);
  roll(probe, later, 0n);
  assert.equal(probe.left(later), 24n, "once more");
  roll(probe, START + 2000n * MS, 0n);
  assert.equal(probe.left(START + 2000n * MS), 0n, "the first 150 have left the window, the 10 retries not yet");
});

test("requests that were kept back leave the window with the first of them", () => {
  const probe = probeOf({ ...PLAIN, percent: 100_000, count: 0 });
  probe.create(5n, START, 0n);
  const stored = START + 500n * MS;
  roll(probe, stored, 0n);
  probe.deposit(32n, START + 100n * MS);
  roll(probe, stored, 32n);
  assert.equal(probe.left(stored), 32n);
  const inside = START + 100n * MS + 156n * SLOT;
  roll(probe, inside, 32n);
  assert.equal(probe.left(inside), 32n);
  const outside = START + 100n * MS + 159n * SLOT;
  roll(probe, outside, 32n);
  assert.equal(probe.left(outside), 0n);
});

test("requests that were kept back for longer than the window never fill it", () => {
  const probe = probeOf({ ...PLAIN, percent: 100_000, count: 0 });
  probe.create(5n, START, 0n);
  const late = START + 5000n * MS;
  roll(probe, late, 0n);
  probe.deposit(32n, START);
  roll(probe, late, 32n);
  assert.equal(probe.left(late), 0n);
});

test("a lower burst takes effect at once", () => {
  const probe = spent({ ...PLAIN, percent: 0, burst: 50 }, 0);
  assert.equal(probe.left(START), 50n);
  for (let i = 0; i < 50; i++) probe.withdraw(START);
  configure(probe, { ...PLAIN, percent: 0, burst: 1 });
  roll(probe, START, 100n);
  roll(probe, START + 9_999n * MS, 100n);
  assert.equal(probe.left(START + 9_999n * MS), 0n);
  roll(probe, START + 10_000n * MS, 100n);
  assert.equal(probe.left(START + 10_000n * MS), 1n, "one emission later, not 50");
});

test("tight: under 64 tokens or under half of the window's grant", () => {
  const tight = (originals: bigint, used: number): boolean => {
    const probe = probeOf({ ...PLAIN, percent: 100_000, count: 0 });
    probe.create(5n, START, 0n);
    roll(probe, START, originals);
    for (let i = 0; i < used; i++) probe.withdraw(START);
    return probe.tight() !== 0;
  };
  assert.equal(tight(63n, 0), true);
  assert.equal(tight(64n, 0), false);
  assert.equal(tight(200n, 100), false, "100 of 200 left");
  assert.equal(tight(199n, 100), true, "99 of 199 left");
});

test("deposits of the alternative without a gauge survive a change of slots", () => {
  const probe = spent(PLAIN, 0);
  probe.deposit(32n, START);
  probe.deposit(8n, START);
  configure(probe, { ...PLAIN, interval: 4000 });
  roll(probe, START, 100n, 6n);
  assert.equal(probe.deposits(), 40n);
});
