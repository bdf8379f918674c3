import {
  addCount,
  advanceCounts,
  advanceMarks,
  advanceTrail,
  COUNTS_BYTES,
  fillMarks,
  growth,
  MARKS_BYTES,
  raiseMarks,
  RING,
  settled,
  SLOTS,
  sumCounts,
  TRAIL_BYTES,
} from "./window";

const NOW: u64 = 1000;

describe("edges", () => {
  test("uses are summed over 163 slots, the open one included; the interval has 160", () => {
    expect(SLOTS).toBe(160);
    expect(RING).toBe(163);
    expect(COUNTS_BYTES).toBe(163 * 4);
    expect(MARKS_BYTES).toBe(163 * 8);
  });
});

describe("counts", () => {
  test("only slots that are in the ring can be changed, and never below 0", () => {
    const ring = heap.alloc(<usize>COUNTS_BYTES);
    memory.fill(ring, 0, <usize>COUNTS_BYTES);
    addCount(ring, NOW, NOW, 5);
    addCount(ring, NOW, NOW + 1, 1);
    expect(sumCounts(ring)).toBe(5);
    // The slot that has the place of the present one, a whole ring ago.
    addCount(ring, NOW, NOW - <u64>RING, 1);
    expect(sumCounts(ring)).toBe(5);
    addCount(ring, NOW, NOW - <u64>RING + 1, 2);
    expect(sumCounts(ring)).toBe(7);
    addCount(ring, NOW, NOW, -9);
    expect(sumCounts(ring)).toBe(2);
  });

  test("a slot leaves with the first one that takes its place", () => {
    const ring = heap.alloc(<usize>COUNTS_BYTES);
    memory.fill(ring, 0, <usize>COUNTS_BYTES);
    addCount(ring, NOW, NOW, 5);
    advanceCounts(ring, NOW, NOW + <u64>RING - 1);
    expect(sumCounts(ring)).toBe(5);
    advanceCounts(ring, NOW + <u64>RING - 1, NOW + <u64>RING);
    expect(sumCounts(ring)).toBe(0);
    addCount(ring, NOW + <u64>RING, NOW + <u64>RING, 5);
    advanceCounts(ring, NOW + <u64>RING, NOW + 1_000_000);
    expect(sumCounts(ring)).toBe(0);
  });
});

describe("marks", () => {
  test("growth is counted from the mark 157 slots ago", () => {
    const ring = heap.alloc(<usize>MARKS_BYTES);
    fillMarks(ring, 7);
    expect(growth(ring, NOW, 10)).toBe(3);
    expect(growth(ring, NOW, 6)).toBe(0);
    advanceMarks(ring, NOW, NOW + 1, 100);
    expect(growth(ring, NOW + 157, 110)).toBe(103);
    expect(growth(ring, NOW + 158, 110)).toBe(10);
    expect(growth(ring, 3, 110)).toBe(103);
  });

  test("all of a new ring's marks stand at one value", () => {
    const ring = heap.alloc(<usize>MARKS_BYTES);
    memory.fill(ring, 0, <usize>MARKS_BYTES);
    fillMarks(ring, 7);
    for (let slot: u64 = 0; slot < <u64>RING; slot++) expect(growth(ring, NOW + slot, 10)).toBe(3);
  });

  test("marks of the slots after a time are raised, that slot's own is not", () => {
    const ring = heap.alloc(<usize>MARKS_BYTES);
    fillMarks(ring, 0);
    raiseMarks(ring, NOW, NOW + 2, 5);
    expect(growth(ring, NOW + 157, 10)).toBe(10);
    expect(growth(ring, NOW + 158, 10)).toBe(5);
    expect(growth(ring, NOW + 159, 10)).toBe(5);
    expect(growth(ring, NOW + 160, 10)).toBe(10);
    raiseMarks(ring, NOW + 2, NOW, 5);
    expect(growth(ring, NOW + 160, 10)).toBe(10);
  });
});

describe("trail", () => {
  test("a reading settles once it is two slots old", () => {
    const trail = heap.alloc(<usize>TRAIL_BYTES);
    memory.fill(trail, 0, <usize>TRAIL_BYTES);
    expect(settled(trail)).toBe(0);
    advanceTrail(trail, 101, 10);
    expect(settled(trail)).toBe(0);
    advanceTrail(trail, 102, 20);
    expect(settled(trail)).toBe(0);
    advanceTrail(trail, 103, 30);
    expect(settled(trail)).toBe(10);
    advanceTrail(trail, 104, 40);
    expect(settled(trail)).toBe(20);
  });

  test("after a pause both readings settle, and the next one has to wait again", () => {
    const trail = heap.alloc(<usize>TRAIL_BYTES);
    memory.fill(trail, 0, <usize>TRAIL_BYTES);
    advanceTrail(trail, 101, 10);
    advanceTrail(trail, 103, 20);
    expect(settled(trail)).toBe(10);
    advanceTrail(trail, 104, 30);
    expect(settled(trail)).toBe(10);
    advanceTrail(trail, 1000, 40);
    expect(settled(trail)).toBe(30);
    advanceTrail(trail, 1001, 50);
    expect(settled(trail)).toBe(30);
    advanceTrail(trail, 1002, 60);
    expect(settled(trail)).toBe(40);
  });
});
