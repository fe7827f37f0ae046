//! Switches single safeguards off, to prove that the tests of a promise can fail.
//!
//! Only with the cargo feature `sabotage`, which a release build refuses to compile.

#[cfg(all(feature = "sabotage", not(debug_assertions)))]
compile_error!("the feature `sabotage` is for tests: a release build refuses it");

/// Whether the safeguard named by the environment variable `ALOE_BREAK` is switched off in this process.
pub fn is_on(safeguard: &str) -> bool {
    cfg!(feature = "sabotage") && std::env::var("ALOE_BREAK").is_ok_and(|wanted| wanted == safeguard)
}
