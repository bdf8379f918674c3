import { ByteBuilder } from "./bytes";

/** Where names and messages are put together, one at a time: whoever begins one clears it, and copies what is to stay. */
export const line: ByteBuilder = new ByteBuilder();
