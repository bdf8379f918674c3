/** The members of a comma-separated text, one after the other. Pure. */
import { indexOf, isSpace } from "./bytes";

export class Members {
  /** The member that was found. */
  address: usize = 0;
  length: i32 = 0;
  /** What comes behind it. */
  private at: usize = 0;
  private left: i32 = -1;

  /** @param length below 0: there is no text, and no member; an empty text is one empty member */
  reset(address: usize, length: i32): Members {
    this.at = address;
    this.left = length;
    return this;
  }

  /** Goes to the next member. False: there is none. */
  next(): bool {
    const comma = indexOf(this.at, this.left, 0x2c);
    return this.take(comma < 0 ? this.left : comma);
  }

  /** Takes all that is left, commas and all, as one member. False: there is nothing. */
  rest(): bool {
    return this.take(this.left);
  }

  private take(size: i32): bool {
    if (size < 0) return false;
    this.address = this.at;
    this.length = size;
    this.at += <usize>(size + 1);
    // -1 behind the last one.
    this.left -= size + 1;
    return true;
  }

  /** Takes the white space off both ends of the member. */
  trim(): void {
    while (this.length > 0 && isSpace(load<u8>(this.address + <usize>(this.length - 1)))) this.length--;
    while (this.length > 0 && isSpace(load<u8>(this.address))) {
      this.address++;
      this.length--;
    }
  }
}
