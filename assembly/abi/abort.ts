import { begin, put, putByte, putDecimal, written } from "../config/text";
import { BROKEN, IN } from "../texts.gen";
import { proxy_log } from "./raw";
import { LogLevel } from "./types";

const ROOM: i32 = 256;
const scratch = memory.data(ROOM);
/** Characters of a message, or of a file's name, that are shown: there is always room for the line behind them. */
const SHOWN: i32 = 96;

/**
 * What AssemblyScript calls where it would throw (`--use abort=`). It can be reached only through a broken invariant:
 * one line says where, then the VM dies. It allocates nothing, since memory may be what has run out, and calls only
 * proxy_log, the one host function that Envoy also allows while it is inside malloc.
 */
export function abortFilter(message: string | null, file: string | null, line: u32, column: u32): void {
  begin(scratch, ROOM);
  put(BROKEN);
  putAscii(message);
  put(IN);
  putAscii(file);
  putByte(0x3a);
  putDecimal(line, 0);
  putByte(0x3a);
  putDecimal(column, 0);
  proxy_log(LogLevel.Critical, scratch, written());
  unreachable();
}

function putAscii(text: string | null): void {
  if (text === null) return;
  const length = min(text.length, SHOWN);
  for (let i = 0; i < length; i++) putByte(<u8>load<u16>(changetype<usize>(text) + ((<usize>i) << 1)));
}
