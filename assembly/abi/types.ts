/** Numbers of the proxy-wasm ABI 0.2.1 as Envoy uses them (proxy-wasm-cpp-host include/proxy-wasm/proxy_wasm_enums.h). */

/** Result of a host call. */
export namespace Status {
  export const Ok: u32 = 0;
  export const NotFound: u32 = 1;
  export const BadArgument: u32 = 2;
  export const CasMismatch: u32 = 8;
}

/** What a headers callback tells Envoy. Any value above 1 means something else there than the specification says. */
export namespace Action {
  export const Continue: i32 = 0;
  export const StopIteration: i32 = 1;
}

/** Header maps that our filters read. */
export namespace HeaderMap {
  export const RequestHeaders: i32 = 0;
  export const ResponseHeaders: i32 = 2;
  export const ResponseTrailers: i32 = 3;
}

/** Buffers: only the configuration is ever read. */
export namespace BufferType {
  export const PluginConfiguration: i32 = 7;
}

export namespace MetricType {
  export const Counter: i32 = 0;
  export const Gauge: i32 = 1;
}

export namespace LogLevel {
  export const Info: u32 = 2;
  export const Warn: u32 = 3;
  export const Error: u32 = 4;
  export const Critical: u32 = 5;
}
