/** Two ways for a run to end that no module could observe: they leave the host as JavaScript exceptions, because a test must not go on. */

/** Envoy itself would die here (a segmentation fault that was measured, not a trap). */
export class EnvoyCrash extends Error {
  constructor(what: string) {
    super(`Envoy crashes here: ${what}`);
    this.name = "EnvoyCrash";
  }
}

/** Envoy would do something that this host has no model of; it does not guess. */
export class NotModelled extends Error {
  constructor(what: string) {
    super(`the offline host does not model ${what}`);
    this.name = "NotModelled";
  }
}
