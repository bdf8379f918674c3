/** Splits over 100,000 keys, the guard's formula, and the table. What requests are made of is in cases/. */
import { ascii, at } from "../../assembly/bytes";
import * as cfg from "../../assembly/config";
import { compile } from "./config";
import { ArmWindow, failsTooOften } from "./guard";
import { Guard, Split } from "./model";
import { Request } from "./request";
import { TABLE } from "./schema.gen";
import { bucketOf, shareOf } from "./split";
import { PackedTable } from "./table";

const KEYS = 100_000;

/** The split of a policy with four arms besides the default. @param arms their shares, as JSON */
function splitOf(salt: string, arms: string): Split {
  const text = ascii(
    '{"name":"x","arms":[{"name":"d"},{"name":"a"},{"name":"b"},{"name":"c"},{"name":"e"}],"rules":[{"name":"r","key":[{"header":"u"}],"split":{"salt":"' +
      salt +
      '","default":"d","arms":[' +
      arms +
      "]}}]}",
  );
  const root = cfg.check(at(text), text.length, TABLE);
  expect(root).not.toBe(cfg.NONE, messageOf());
  const policy = compile(root);
  if (policy === null) {
    expect(false).toBe(true, messageOf());
    return new Split();
  }
  const split = policy.rules[0].split;
  return split === null ? new Split() : split;
}

function messageOf(): string {
  return String.UTF8.decodeUnsafe(cfg.messagePtr(), cfg.messageLen());
}

const key = new StaticArray<u8>(16);

/** Writes `user-<number>`. */
function writeKey(number: i32): i32 {
  const text = ascii("user-" + number.toString());
  memory.copy(at(key), at(text), text.length);
  return text.length;
}

/** The number of a key's share; -1: the default. */
function armOf(split: Split, number: i32): i32 {
  const length = writeKey(number);
  const share = shareOf(split, bucketOf(split, at(key), length));
  return share === null ? -1 : split.shares.indexOf(share);
}

function shares(a: string, b: string, c: string, e: string): string {
  return (
    '{"arm":"a","percent":' +
    a +
    ',"max":20},{"arm":"b","percent":' +
    b +
    ',"max":30},{"arm":"c","percent":' +
    c +
    ',"max":5.5},{"arm":"e","percent":' +
    e +
    ',"max":44.5}'
  );
}

describe("split", () => {
  test("each arm has its share, within three standard deviations", () => {
    const split = splitOf("spring", shares("10", "25", "0.5", "44.5"));
    const counts = [0, 0, 0, 0, 0];
    for (let i = 0; i < KEYS; i++) counts[armOf(split, i) + 1]++;
    const wanted = [0.2, 0.1, 0.25, 0.005, 0.445];
    for (let i = 0; i < 5; i++) {
      const p = wanted[i];
      const sigma = Math.sqrt(<f64>KEYS * p * (1 - p));
      expect(Math.abs(<f64>counts[i] - <f64>KEYS * p)).toBeLessThan(3 * sigma);
    }
  });

  test("raising any arm within its max moves users from the default alone", () => {
    const before = splitOf("spring", shares("10", "20", "1", "30"));
    for (let arm = 0; arm < 4; arm++) {
      const after = splitOf(
        "spring",
        shares(arm == 0 ? "20" : "10", arm == 1 ? "30" : "20", arm == 2 ? "5.5" : "1", arm == 3 ? "44.5" : "30"),
      );
      let moved = 0;
      let wrong = 0;
      for (let i = 0; i < KEYS; i++) {
        const old = armOf(before, i);
        const now = armOf(after, i);
        if (old == now) continue;
        moved++;
        if (old != -1 || now != arm) wrong++;
      }
      expect(moved).toBeGreaterThan(0);
      expect(wrong).toBe(0);
    }
  });

  test("salts are independent: chi-square over the pairs of arms", () => {
    const one = splitOf("spring", shares("20", "30", "5.5", "44.5"));
    const other = splitOf("summer", shares("20", "30", "5.5", "44.5"));
    const table = new StaticArray<f64>(16);
    for (let i = 0; i < KEYS; i++) table[armOf(one, i) * 4 + armOf(other, i)]++;
    let chi: f64 = 0;
    for (let row = 0; row < 4; row++) {
      for (let column = 0; column < 4; column++) {
        let rows: f64 = 0;
        let columns: f64 = 0;
        for (let i = 0; i < 4; i++) {
          rows += table[row * 4 + i];
          columns += table[i * 4 + column];
        }
        const wanted = (rows * columns) / <f64>KEYS;
        chi += ((table[row * 4 + column] - wanted) * (table[row * 4 + column] - wanted)) / wanted;
      }
    }
    // Nine degrees of freedom: beyond this once in a thousand draws.
    expect(chi).toBeLessThan(27.88);
  });

  test("arms without max share what the others leave, in list order", () => {
    const split = splitOf("s", '{"arm":"a","percent":1,"max":40},{"arm":"b","percent":2},{"arm":"c","percent":3}');
    expect(split.shares[0].from).toBe(0);
    expect(split.shares[0].width).toBe(100);
    expect(split.shares[1].from).toBe(4000);
    expect(split.shares[2].from).toBe(7000);
    expect(split.shares[2].width).toBe(300);
    expect(shareOf(split, 4199)).not.toBeNull();
    expect(shareOf(split, 4200)).toBeNull();
    expect(shareOf(split, 100)).toBeNull();
    expect(shareOf(split, 99)).not.toBeNull();
  });

  test("what lies in memory behind the list of shares owns nothing", () => {
    const split = splitOf("s", '{"arm":"a","percent":1}');
    const other = splitOf("s", '{"arm":"a","percent":100}');
    split.shares.push(other.shares[0]);
    expect(shareOf(split, 5000)).not.toBeNull();
    split.shares.pop();
    expect(shareOf(split, 5000)).toBeNull();
  });
});

describe("guard", () => {
  test("the formula's table (README)", () => {
    const rows: i64[][] = [
      // limit in thousandths, requests, least failures that close
      [50, 20, 5],
      [50, 60, 10],
      [50, 100, 14],
      [50, 1000, 78],
      [50, 10000, 588],
      [10, 20, 2],
      [200, 20, 12],
    ];
    for (let i = 0; i < rows.length; i++) {
      const limit = rows[i][0];
      const n = rows[i][1];
      let e: i64 = 0;
      while (e <= n && !failsTooOften(n, e, limit)) e++;
      expect(e).toBe(rows[i][2], n.toString());
      for (let more = e; more <= n; more++) expect(failsTooOften(n, more, limit)).toBe(true);
    }
  });

  test("as Wilson's interval in floating point has it", () => {
    for (let n: i64 = 1; n <= 400; n += 3) {
      for (let e: i64 = 0; e <= n; e++) {
        const p = <f64>e / <f64>n;
        const z2 = 16.0;
        const lower =
          (p + z2 / (2 * <f64>n) - 4 * Math.sqrt((p * (1 - p)) / <f64>n + z2 / (4 * <f64>n * <f64>n))) /
          (1 + z2 / <f64>n);
        if (Math.abs(lower - 0.05) < 1e-6) continue;
        expect(failsTooOften(n, e, 50)).toBe(lower > 0.05);
      }
    }
  });

  test("counts of any size, nothing at all is fine", () => {
    expect(failsTooOften(0, 0, 50)).toBe(false);
    expect(failsTooOften(-1, 0, 50)).toBe(false);
    expect(failsTooOften(1 << 40, 1 << 39, 50)).toBe(true);
    expect(failsTooOften(1 << 40, ((<i64>1) << 40) / 25, 50)).toBe(false);
    expect(failsTooOften(10, 20, 50)).toBe(true);
    // Counts that the squares would not fit if they were not halved.
    expect(failsTooOften(2_000_000, 1_000_000, 499)).toBe(false);
    expect(failsTooOften(2_000_000, 1_000_000, 497)).toBe(true);
    // The greatest ones that are not: half of them would not be enough.
    expect(failsTooOften(1 << 20, 10_894, 10)).toBe(true);
    expect(failsTooOften(1 << 20, 10_893, 10)).toBe(false);
    expect(failsTooOften((1 << 20) + 1, 10_894, 10)).toBe(false);
    // The bound itself is not above the limit: without a failure it is nought.
    expect(failsTooOften(100, 0, 0)).toBe(false);
    expect(failsTooOften(1, 1, 1)).toBe(true);
    // Here it is the limit to the last digit, there it lies above by 5e-8 of what is compared.
    expect(failsTooOften(25, 13, 200)).toBe(false);
    expect(failsTooOften(737, 199, 210)).toBe(true);
  });

  test("an arm that fails at 4 % stays open for 10,000 requests, in 50 of 50 runs", () => {
    for (let run: u32 = 1; run <= 50; run++) {
      let state: u32 = run * 2654435761;
      let errors: i64 = 0;
      let closed = 0;
      for (let n: i64 = 1; n <= 10_000; n++) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        if (state % 100 >= 4) continue;
        errors++;
        if (n >= 20 && failsTooOften(n, errors, 50)) closed++;
      }
      expect(closed).toBe(0);
    }
  });

  test("at 20 % it closes after 60 requests or fewer in the median", () => {
    const after: i32[] = [];
    for (let run: u32 = 1; run <= 101; run++) {
      let state: u32 = run * 2654435761;
      let errors: i64 = 0;
      let n: i32 = 0;
      while (n < 100_000) {
        n++;
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        if (state % 100 >= 20) continue;
        errors++;
        if (n >= 20 && failsTooOften(n, errors, 50)) break;
      }
      after.push(n);
    }
    after.sort((a, b) => a - b);
    expect(after[50]).toBeLessThan(61);
  });

  test("the window forgets what is older", () => {
    const window = new ArmWindow(new Guard(ascii("r/a"), 30_000, 20, 50, 60_000));
    window.restart(1_000_000, 5, 5);
    expect(window.grownRequests(105)).toBe(100);
    expect(window.grownErrors(7)).toBe(2, "failures before the start count for nothing");
    expect(window.isBad(25, 25)).toBe(true);
    expect(window.isBad(24, 24)).toBe(false);
    expect(window.isBad(1005, 45)).toBe(false);
    window.advance(1_000_000 + 15_000, 25, 25);
    expect(window.isBad(45, 45)).toBe(true);
    window.advance(1_000_000 + 31_000, 45, 45);
    expect(window.grownErrors(45)).toBe(20);
    window.advance(1_000_000 + 62_000, 45, 45);
    expect(window.isBad(64, 64)).toBe(false);
    expect(window.isBad(65, 65)).toBe(true);
    // A clock that goes back changes nothing.
    window.advance(5, 65, 65);
    expect(window.isBad(65, 65)).toBe(true);
  });
});

describe("table", () => {
  test("each key has its number, and no other key has one", () => {
    const table = new PackedTable();
    let bytes = 0;
    for (let i = 0; i < 10_000; i++) bytes += writeKey(i);
    table.reserve(10_000, bytes);
    for (let i = 0; i < 10_000; i++) expect(table.put(at(key), writeKey(i), i)).toBe(-1);
    expect(table.put(at(key), writeKey(77), 1)).toBe(77);
    expect(table.put(at(key), writeKey(77), 77)).toBe(1);
    for (let i = 0; i < 10_000; i++) expect(table.find(at(key), writeKey(i))).toBe(i);
    for (let i = 10_000; i < 11_000; i++) expect(table.find(at(key), writeKey(i))).toBe(-1);
    expect(new PackedTable().find(at(key), 3)).toBe(-1);
  });
});

describe("request", () => {
  test("pairs that lie are no request", () => {
    const request = new Request();
    const bytes = new StaticArray<u8>(12);
    store<u32>(at(bytes), 1);
    store<u32>(at(bytes), 100, 4);
    expect(request.read(at(bytes), 12)).toBe(false);
    expect(request.read(0, 0)).toBe(true);
    expect(request.pathLength).toBe(0);
  });
});
