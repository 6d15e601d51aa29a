//! What wakes a parked runtime at an instant: a timerfd on Linux, a thread elsewhere.

#[cfg(not(target_os = "linux"))]
pub(super) use thread::Alarm;
#[cfg(target_os = "linux")]
pub(super) use timerfd::Alarm;

#[cfg(target_os = "linux")]
mod timerfd {
    use std::io;
    use std::os::fd::OwnedFd;
    use std::sync::{Arc, Mutex, PoisonError};
    use std::time::{Duration, Instant};

    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    pub(in crate::timer) struct Alarm {
        fd: Arc<OwnedFd>,
        /// What the timerfd was last set to.
        set_to: Mutex<Option<Instant>>,
    }

    impl Alarm {
        pub(in crate::timer) fn new() -> io::Result<Self> {
            let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
            let fd = timerfd_create(TimerfdClockId::Monotonic, flags)?;
            Ok(Self { fd: Arc::new(fd), set_to: Mutex::new(None) })
        }

        /// Registers the timerfd with the current runtime's poller. Nobody awaits or reads it:
        /// that its expiry ends the park is all it is for, and setting it anew clears it.
        #[expect(unsafe_code, reason = "tokio has no safe way to watch a descriptor of this kind")]
        pub(in crate::timer) fn attach(&self) -> io::Result<AsyncFd<Arc<OwnedFd>>> {
            // SAFETY: the `Arc` keeps the descriptor open, and the same, for as long as it lives.
            let fd =
                unsafe { AsyncFd::register_with_interest(self.fd.clone(), Interest::READABLE) };
            fd.map_err(|error| error.into_parts().1)
        }

        /// Sets the alarm to `deadline`, which replaces what it was set to.
        pub(in crate::timer) fn set(&self, deadline: Instant) {
            let mut set_to = self.set_to.lock().unwrap_or_else(PoisonError::into_inner);
            if *set_to == Some(deadline) {
                return;
            }
            // A time of zero would disarm the timer instead.
            let left =
                deadline.saturating_duration_since(Instant::now()).max(Duration::from_nanos(1));
            let spec =
                Itimerspec { it_interval: timespec(Duration::ZERO), it_value: timespec(left) };
            // It can fail only for a bad descriptor or value, which these are not.
            if timerfd_settime(&self.fd, TimerfdTimerFlags::empty(), &spec).is_ok() {
                *set_to = Some(deadline);
            }
        }
    }

    fn timespec(duration: Duration) -> Timespec {
        // Deadlines are bounded by the maximum delay: far below what fits.
        Timespec {
            tv_sec: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: duration.subsec_nanos().into(),
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod thread {
    use std::io;
    use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
    use std::time::Instant;

    use tokio::sync::Notify;
    use tokio::task::JoinHandle;

    pub(in crate::timer) struct Alarm {
        state: Arc<State>,
    }

    struct State {
        plan: Mutex<Plan>,
        changed: Condvar,
        rang: Notify,
    }

    #[derive(Default)]
    struct Plan {
        deadline: Option<Instant>,
        ended: bool,
    }

    impl Alarm {
        pub(in crate::timer) fn new() -> io::Result<Self> {
            let state = Arc::new(State {
                plan: Mutex::default(),
                changed: Condvar::new(),
                rang: Notify::new(),
            });
            let waiting = state.clone();
            std::thread::Builder::new().name("alarm".into()).spawn(move || waiting.wait())?;
            Ok(Self { state })
        }

        /// A task that is woken when the alarm goes off: that it ends the park is all it is for.
        pub(in crate::timer) fn attach(&self) -> io::Result<JoinHandle<()>> {
            let state = self.state.clone();
            Ok(tokio::spawn(async move {
                loop {
                    state.rang.notified().await;
                }
            }))
        }

        /// Sets the alarm to `deadline`, which replaces what it was set to.
        pub(in crate::timer) fn set(&self, deadline: Instant) {
            let mut plan = self.state.plan();
            if plan.deadline != Some(deadline) {
                plan.deadline = Some(deadline);
                self.state.changed.notify_one();
            }
        }
    }

    impl Drop for Alarm {
        fn drop(&mut self) {
            self.state.plan().ended = true;
            self.state.changed.notify_one();
        }
    }

    impl State {
        fn plan(&self) -> MutexGuard<'_, Plan> {
            self.plan.lock().unwrap_or_else(PoisonError::into_inner)
        }

        fn wait(&self) {
            let mut plan = self.plan();
            while !plan.ended {
                let now = Instant::now();
                plan = match plan.deadline {
                    Some(deadline) if deadline <= now => {
                        plan.deadline = None;
                        self.rang.notify_one();
                        plan
                    }
                    Some(deadline) => {
                        let waited = self.changed.wait_timeout(plan, deadline - now);
                        waited.unwrap_or_else(PoisonError::into_inner).0
                    }
                    None => self.changed.wait(plan).unwrap_or_else(PoisonError::into_inner),
                };
            }
        }
    }
}
