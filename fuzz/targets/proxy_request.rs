#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| playwright_fuzz::proxy_request(input));
