/**
 * Calls out of the module: HTTP, gRPC, foreign functions. None is modelled: they answer what Envoy answers when the call can't be made (unknown cluster,
 * missing headers, unknown function). A call that Envoy WOULD make stops the test instead of pretending.
 */
import { Status } from "../abi.ts";
import { text } from "../bytes.ts";
import { NotModelled } from "../crash.ts";
import { HeaderMap } from "../headers.ts";
import { decodePairs } from "../pairs.ts";
import type { Vm } from "../vm.ts";
import type { HostFunctions } from "./index.ts";

/** Foreign functions of a stock Envoy (source/extensions/common/wasm/foreign.cc). */
const ENVOY_FOREIGN_FUNCTIONS = new Set([
  "verify_signature",
  "sign",
  "compress",
  "uncompress",
  "set_envoy_filter_state",
  "clear_route_cache",
  "declare_property",
  "expr_create",
  "expr_evaluate",
  "expr_delete",
]);

function notModelled(what: string): never {
  throw new NotModelled(what);
}

export function callFunctions(vm: Vm): HostFunctions {
  const { Ok, NotFound, BadArgument, ParseFailure, InvalidMemoryAccess } = Status;
  const { clusters } = vm.thread.proxy;
  const read = (...slices: [number, number][]): Uint8Array[] | undefined => {
    const out: Uint8Array[] = [];
    for (const [pointer, size] of slices) {
      const data = vm.memory.read(pointer, size);
      if (!data) return undefined;
      out.push(data);
    }
    return out;
  };
  /** An empty or unknown service name parses as no GrpcService message and names no cluster. */
  const grpc = (service: Uint8Array | undefined) =>
    service && clusters.has(text(service)) ? notModelled("gRPC calls to known clusters") : ParseFailure;
  /** Token types are in the low two bits: 0 HTTP call, 1 gRPC call, 2 gRPC stream. */
  const grpcToken = (token: number) => ((token & 3) === 1 || (token & 3) === 2 ? NotFound : BadArgument);

  return {
    proxy_http_call(
      clusterPointer: number,
      clusterSize: number,
      headersPointer: number,
      headersSize: number,
      bodyPointer: number,
      bodySize: number,
      trailersPointer: number,
      trailersSize: number,
      timeoutMs: number,
      tokenOut: number,
    ) {
      const slices = read(
        [clusterPointer, clusterSize],
        [headersPointer, headersSize],
        [bodyPointer, bodySize],
        [trailersPointer, trailersSize],
      );
      const [cluster, headers] = slices ?? [];
      if (!cluster || !headers || !vm.memory.writeU32(tokenOut, 0)) return InvalidMemoryAccess;
      if (timeoutMs < 0 || !clusters.has(text(cluster))) return BadArgument;
      const map = new HeaderMap("request", decodePairs(headers));
      if (!map.get(":path") || !map.get(":method") || !map.get(":authority")) return BadArgument;
      return notModelled("HTTP calls to known clusters");
    },
    proxy_grpc_call(
      servicePointer: number,
      serviceSize: number,
      namePointer: number,
      nameSize: number,
      methodPointer: number,
      methodSize: number,
      metadataPointer: number,
      metadataSize: number,
      messagePointer: number,
      messageSize: number,
    ) {
      const slices = read(
        [servicePointer, serviceSize],
        [namePointer, nameSize],
        [methodPointer, methodSize],
        [metadataPointer, metadataSize],
        [messagePointer, messageSize],
      );
      return slices ? grpc(slices[0]) : InvalidMemoryAccess;
    },
    proxy_grpc_stream(
      servicePointer: number,
      serviceSize: number,
      namePointer: number,
      nameSize: number,
      methodPointer: number,
      methodSize: number,
      metadataPointer: number,
      metadataSize: number,
    ) {
      const slices = read(
        [servicePointer, serviceSize],
        [namePointer, nameSize],
        [methodPointer, methodSize],
        [metadataPointer, metadataSize],
      );
      return slices ? grpc(slices[0]) : InvalidMemoryAccess;
    },
    proxy_grpc_send(token: number, messagePointer: number, messageSize: number) {
      if (!vm.memory.read(messagePointer, messageSize)) return InvalidMemoryAccess;
      return (token & 3) === 2 ? NotFound : BadArgument;
    },
    proxy_grpc_close: grpcToken,
    proxy_grpc_cancel: grpcToken,
    proxy_call_foreign_function(namePointer: number, nameSize: number, argumentPointer: number, argumentSize: number) {
      const slices = read([namePointer, nameSize], [argumentPointer, argumentSize]);
      const name = slices?.[0];
      if (!name) return InvalidMemoryAccess;
      // Clearing the route cache changes nothing that this host models.
      if (text(name) === "clear_route_cache") return Ok;
      return ENVOY_FOREIGN_FUNCTIONS.has(text(name)) ? notModelled(`the foreign function ${text(name)}`) : NotFound;
    },
  };
}
