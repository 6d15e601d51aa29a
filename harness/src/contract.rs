//! What every client and every runtime has to keep, as tests that a line in its file makes.
//!
//! The checks are public for the sake of clients in other crates. They need no server but their
//! own; that a client runs every workload right is checked by `cargo bench -- --test`.
#![expect(clippy::unwrap_used, reason = "a check of a test fails by panicking")]

mod client;
mod runtime;

pub use client::*;
pub use runtime::*;

/// Makes the tests of a runtime, as a runtime and as a client: once in a module.
///
/// With an expression that tells whether a stream has `TCP_NODELAY` set, what makes the runtimes
/// comparable is tested too: that, and that as many tasks run at once as there are to be workers.
#[macro_export]
macro_rules! contract {
    ($runtime:ty, |$stream:ident| $nodelay:expr) => {
        $crate::contract!($runtime);

        #[test]
        fn connections_have_no_delay() {
            $crate::contract::connections_have_no_delay::<$runtime>(|$stream| $nodelay);
        }

        #[test]
        fn as_many_tasks_run_at_once_as_there_are_workers() {
            $crate::contract::as_many_tasks_run_at_once_as_there_are_workers::<$runtime>();
        }
    };
    ($runtime:ty) => {
        mod contract {
            #[allow(unused_imports)]
            use super::*;

            $crate::contract!(@tests $runtime:
                a_task_runs_on_a_worker,
                outputs_keep_the_order_of_the_tasks,
                a_panic_reaches_whoever_awaits,
                a_dropped_task_runs_on,
                a_cancelled_future_is_dropped_when_cancel_returns,
                a_sleep_is_never_short,
                a_timeout_gives_what_comes_in_time,
                a_timeout_is_never_early_and_drops_what_is_late,
                a_stream_carries_bytes_both_ways,
                a_blocking_call_leaves_the_workers_free,
                a_channel_keeps_the_order_and_its_bound,
                a_channel_ends_with_either_half,
                several_senders_and_receivers_share_a_channel,
                outputs_of_a_set_come_as_tasks_end,
                a_panic_reaches_whoever_awaits_the_set,
                a_cancelled_set_has_dropped_its_futures,
                a_semaphore_lets_as_many_pass_as_it_has_permits,
                a_file_is_written_read_whole_and_by_line,
                a_file_that_is_not_there_is_an_error,
            );
        }
        $crate::client_contract!($runtime, "{}");
    };
    (@tests $runtime:ty: $($check:ident,)*) => {$(
        #[test]
        fn $check() {
            $crate::contract::$check::<$runtime>();
        }
    )*};
}

/// Makes the tests of a client with these settings, in JSON: once in a module.
#[macro_export]
macro_rules! client_contract {
    ($client:ty, $settings:expr) => {
        mod client_contract {
            #[allow(unused_imports)]
            use super::*;

            #[test]
            fn a_refused_connection_is_reported() {
                $crate::contract::a_refused_connection_is_reported::<$client>($settings);
            }

            #[test]
            fn a_truncated_answer_is_reported() {
                $crate::contract::a_truncated_answer_is_reported::<$client>($settings);
            }

            #[test]
            fn a_wrong_status_is_reported() {
                $crate::contract::a_wrong_status_is_reported::<$client>($settings);
            }

            #[test]
            fn an_unknown_setting_is_refused_by_its_name() {
                $crate::contract::an_unknown_setting_is_refused_by_its_name::<$client>($settings);
            }
        }
    };
}
