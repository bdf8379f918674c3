import { ascii, at } from "../../assembly/bytes";
import * as cfg from "../../assembly/config";
import { compile, Policy } from "./config";
import { FailureClasses, grpcFailure, httpFailure, NO_FAILURE } from "./failures";
import { LEASE_NANOS, Leases, LEASES } from "./leases";
import { Grant } from "./policy";
import { PER_CLUSTER, PER_ROUTE, TABLE } from "./schema.gen";

function compiled(text: string): Policy | null {
  const bytes = ascii(text);
  const root = cfg.check(at(bytes), bytes.length, TABLE);
  return root == cfg.NONE ? null : compile(root);
}

function message(): string {
  return String.UTF8.decodeUnsafe(cfg.messagePtr(), <usize>cfg.messageLen());
}

describe("configuration", () => {
  test("defaults", () => {
    const policy = compiled('{"name":"shop"}');
    expect(policy !== null).toBe(true);
    if (policy === null) return;
    expect(String.UTF8.decodeUnsafe(at(policy.name), 4)).toBe("shop");
    expect(policy.budget.percent).toBe(20_000);
    expect(policy.budget.interval).toBe(10_000_000_000);
    expect(policy.budget.slotNanos).toBe(62_500_000);
    expect(policy.budget.burst).toBe(1);
    expect(policy.budget.emission).toBe(10_000_000_000);
    expect(policy.budget.floorLimit).toBe(2);
    expect(policy.per).toBe(PER_CLUSTER);
    expect(policy.replaceStatus).toBe(false);
    expect(policy.shadow).toBe(false);
  });

  test("every field", () => {
    const policy = compiled(
      '{"name":"a","budget":{"percent":0.125,"interval":"1h"},"minRetryRate":{"count":3,"interval":"1s"},"burst":7,' +
        '"per":"route","onExhausted":503,"mode":"shadow"}',
    );
    expect(policy !== null).toBe(true);
    if (policy === null) return;
    expect(policy.budget.percent).toBe(125);
    expect(policy.budget.interval).toBe(3_600_000_000_000);
    expect(policy.budget.burst).toBe(7);
    expect(policy.budget.emission).toBe(333_333_334);
    expect(policy.budget.floorLimit).toBe(3 * 3600 + 7);
    expect(policy.per).toBe(PER_ROUTE);
    expect(policy.replaceStatus).toBe(true);
    expect(policy.shadow).toBe(true);
  });

  test("the burst is the floor's count unless it is given", () => {
    const policy = compiled('{"name":"a","minRetryRate":{"count":25,"interval":"1s"}}');
    expect(policy !== null && policy.budget.burst == 25).toBe(true);
  });

  test("no floor", () => {
    const policy = compiled('{"name":"a","minRetryRate":{"count":0}}');
    expect(policy !== null && policy.budget.burst == 0 && policy.budget.floorLimit == 0).toBe(true);
    expect(compiled('{"name":"a","minRetryRate":{"count":0},"burst":1}') === null).toBe(true);
    expect(message()).toBe("/burst: has no meaning when minRetryRate.count is 0; allowed: leave it out");
  });
});

describe("classes of failures", () => {
  test("by status", () => {
    expect(httpFailure(200)).toBe(NO_FAILURE);
    expect(httpFailure(399)).toBe(NO_FAILURE);
    expect(httpFailure(600)).toBe(NO_FAILURE);
    expect(httpFailure(-1)).toBe(NO_FAILURE);
    expect(httpFailure(404)).not.toBe(httpFailure(503));
    expect(grpcFailure(0)).toBe(NO_FAILURE);
    expect(grpcFailure(17)).toBe(NO_FAILURE);
    expect(grpcFailure(-1)).toBe(NO_FAILURE);
    expect(grpcFailure(14)).not.toBe(httpFailure(599));
  });

  test("at first 5xx and the retriable gRPC statuses are leased", () => {
    const classes = new FailureClasses();
    for (let status = 400; status < 600; status++) expect(classes.leased(httpFailure(status))).toBe(status >= 500);
    for (let status = 1; status < 17; status++) {
      const retriable = status == 1 || status == 4 || status == 8 || status == 13 || status == 14;
      expect(classes.leased(grpcFailure(status))).toBe(retriable);
    }
  });

  test("a class that nobody retries is given up after 16 leases in a row, and comes back with the first retry", () => {
    const classes = new FailureClasses();
    const failure = httpFailure(503);
    expect(classes.known).toBe(false);
    expect(classes.proven(failure)).toBe(false);
    for (let i = 0; i < 15; i++) classes.expired(failure);
    expect(classes.leased(failure)).toBe(true);
    classes.claimed(failure);
    expect(classes.known).toBe(true);
    expect(classes.proven(failure)).toBe(true);
    for (let i = 0; i < 15; i++) classes.expired(failure);
    expect(classes.leased(failure)).toBe(true);
    expect(classes.proven(failure)).toBe(true);
    classes.expired(failure);
    expect(classes.leased(failure)).toBe(false);
    expect(classes.proven(failure)).toBe(false);
    classes.expired(failure);
    expect(classes.leased(failure)).toBe(false);
    expect(classes.leased(httpFailure(500))).toBe(true);
    classes.claimed(failure);
    expect(classes.leased(failure)).toBe(true);
    expect(classes.proven(httpFailure(500))).toBe(false);
  });
});

describe("leases", () => {
  test("are claimed once, by their owner", () => {
    const leases = new Leases<Policy>();
    const key = new Policy();
    expect(leases.add(7, key, Grant.Percent, 99, 103, true, 0)).toBe(true);
    expect(leases.claim(8) === null).toBe(true);
    const lease = leases.claim(7);
    expect(lease !== null).toBe(true);
    if (lease === null) return;
    expect(lease.slot).toBe(99);
    expect(lease.failure).toBe(103);
    expect(lease.first).toBe(true);
    expect(lease.grant).toBe(Grant.Percent);
    expect(leases.keyOf(lease) === key).toBe(true);
    expect(leases.claim(7) === null).toBe(true);
    expect(leases.expired(LEASE_NANOS) === null).toBe(true);
  });

  test("run out in order, and then cannot be claimed", () => {
    const leases = new Leases<Policy>();
    const key = new Policy();
    leases.add(1, key, Grant.Percent, 1, 0, true, 0);
    leases.add(2, key, Grant.Floor, 2, 0, false, 10);
    leases.add(3, key, Grant.Percent, 3, 0, true, 20);
    leases.claim(1);
    expect(leases.expired(LEASE_NANOS + 9) === null).toBe(true);
    const lease = leases.expired(LEASE_NANOS + 10);
    expect(lease !== null && lease.slot == 2 && lease.grant == Grant.Floor && !lease.first).toBe(true);
    expect(leases.expired(LEASE_NANOS + 10) === null).toBe(true);
    expect(leases.claim(2) === null).toBe(true);
    expect(leases.claim(3) !== null).toBe(true);
  });

  test("a full ring takes no more until the oldest are done; probes may fill half of it", () => {
    const leases = new Leases<Policy>();
    const key = new Policy();
    let owner: u32 = 1;
    for (let i = 0; i < LEASES / 2; i++) expect(leases.add(owner++, key, Grant.None, 0, 0, true, 0)).toBe(true);
    expect(leases.add(owner, key, Grant.None, 0, 0, true, 0)).toBe(false);
    for (let i = 0; i < LEASES / 2; i++) expect(leases.add(owner++, key, Grant.Percent, 0, 0, true, 0)).toBe(true);
    expect(leases.add(owner, key, Grant.Percent, 0, 0, true, 0)).toBe(false);
    expect(leases.expired(LEASE_NANOS) !== null).toBe(true);
    expect(leases.add(owner, key, Grant.Percent, 0, 0, true, 0)).toBe(true);
    expect(leases.claim(owner) !== null).toBe(true);
    expect(leases.claim(2) !== null).toBe(true);
  });
});
