/** What a policy is put through, in an order in which each check begins with what the one before has left. */
export interface Suite {
  readonly policy: string;
  /** Starts what the checks need. `program` is the folder of the built control plane. */
  start(program: string): Promise<{ checks: readonly Check[]; stop: () => Promise<void> }>;
}

export interface Check {
  readonly state: string;
  run(): Promise<void>;
}
