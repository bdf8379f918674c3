/** What a request does not say itself, and what is therefore read only when a rule first asks for it. Pure. */
export class LazyFacts {
  /** 0: not read yet, 1: read, 2: could not be read. */
  private state: i32 = 0;

  /** Forgets the request before. */
  reset(): void {
    this.state = 0;
  }

  /** Whether the facts are there; reads them the first time. */
  ready(): bool {
    if (this.state == 0) this.state = this.load() ? 1 : 2;
    return this.state == 1;
  }

  /** Whether they were asked for and could not be read: no verdict may rest on that. */
  get failed(): bool {
    return this.state == 2;
  }

  /** Reads the facts from wherever they are. */
  protected load(): bool {
    return false;
  }
}
