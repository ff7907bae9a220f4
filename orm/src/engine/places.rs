//! [`Places`]: how many connections may be out, those that are idle, and the line of threads that wait for one.
//!
//! Used by `pool.rs`, which knows what a connection is: here none is opened, checked or closed. Only code of this file
//! runs under the lock.

use std::collections::VecDeque;
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Places for connections, of which each is out, idle, or not filled yet.
pub(super) struct Places<T> {
    pub(super) size: u32,
    /// How long to wait for one.
    pub(super) timeout: Duration,
    /// Whether an idle connection is to be closed at that time.
    is_worn: fn(&T, Instant) -> bool,
    state: Mutex<State<T>>,
}

struct State<T> {
    /// In the order in which they came back. The last one goes out first, so that those that are not needed stay idle.
    idle: Vec<T>,
    out: u32,
    /// Who waits, first come, first served.
    line: VecDeque<Arc<Condvar>>,
}

/// A place that was taken and is given back empty when this is dropped, unless it is kept.
pub(super) struct Place<'p, T>(&'p Places<T>);

impl<T> Place<'_, T> {
    /// Leaves the place taken, for [`Places::put_back`].
    pub(super) fn keep(self) {
        mem::forget(self);
    }
}

impl<T> Drop for Place<'_, T> {
    fn drop(&mut self) {
        self.0.put_back(None, None);
    }
}

impl<T> Places<T> {
    pub(super) fn new(size: u32, timeout: Duration, is_worn: fn(&T, Instant) -> bool) -> Self {
        let state = State {
            idle: Vec::new(),
            out: 0,
            line: VecDeque::new(),
        };
        Self {
            size,
            timeout,
            is_worn,
            state: Mutex::new(state),
        }
    }

    /// Takes a place, with the connection that is idle there. `None` if none became free in time. With a time, idle
    /// connections that are worn by then are closed.
    #[inline]
    pub(super) fn take(&self, now: Option<Instant>) -> Option<(Place<'_, T>, Option<T>)> {
        let mut state = self.lock();
        if state.out >= self.size || !state.line.is_empty() {
            state = self.wait(state)?;
        }
        state.out += 1;
        let worn = now.map(|now| self.remove_worn(&mut state, now));
        let idle = state.idle.pop();
        drop(state);
        drop(worn);
        Some((Place(self), idle))
    }

    /// Gives a place back, with the connection that the next one may have. As [`Places::take`], it closes worn ones.
    #[inline]
    pub(super) fn put_back(&self, connection: Option<T>, now: Option<Instant>) {
        let mut state = self.lock();
        state.out -= 1;
        state.idle.extend(connection);
        let worn = now.map(|now| self.remove_worn(&mut state, now));
        if let Some(first) = state.line.front() {
            first.notify_one();
        }
        drop(state);
        drop(worn);
    }

    /// Closes idle connections that are worn by now.
    pub(super) fn close_worn(&self, now: Instant) {
        let worn = self.remove_worn(&mut self.lock(), now);
        drop(worn);
    }

    /// How many places are taken, and how many threads wait for one.
    pub(super) fn status(&self) -> (u32, u32) {
        let state = self.lock();
        let waiting = u32::try_from(state.line.len()).unwrap_or(u32::MAX);
        (state.out, waiting)
    }

    /// Waits in line until a place is free for this thread.
    #[cold]
    fn wait<'p>(&'p self, mut state: MutexGuard<'p, State<T>>) -> Option<MutexGuard<'p, State<T>>> {
        let end = Instant::now() + self.timeout;
        let turn = Arc::new(Condvar::new());
        state.line.push_back(Arc::clone(&turn));
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let waited = turn.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            let is_own = |other: &Arc<Condvar>| Arc::ptr_eq(other, &turn);
            if state.out < self.size && state.line.front().is_some_and(is_own) {
                state.line.pop_front();
                // A second place may have come back before this thread has left the line.
                if let Some(next) = state.line.front().filter(|_| state.out + 1 < self.size) {
                    next.notify_one();
                }
                return Some(state);
            }
            if Instant::now() >= end {
                state.line.retain(|other| !is_own(other));
                return None;
            }
        }
    }

    /// The longest idle are first, the next to go out is last: looking at the ends costs nothing, and what is worn in
    /// between gets there.
    fn remove_worn(&self, state: &mut State<T>, now: Instant) -> Vec<T> {
        let is_worn = |connection: &T| (self.is_worn)(connection, now);
        let fresh = state.idle.iter().position(|idle| !is_worn(idle));
        let mut worn: Vec<T> = state
            .idle
            .drain(..fresh.unwrap_or(state.idle.len()))
            .collect();
        while let Some(last) = state.idle.pop_if(|last| is_worn(last)) {
            worn.push(last);
        }
        worn
    }

    // No step of another thread can have stopped half-way: none of them panics.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::thread;

    use super::*;

    /// When it came back, and how old it is.
    type Stamp = (Instant, Duration);

    const LONG: Duration = Duration::from_secs(60);

    fn places<T>(size: u32, timeout: Duration) -> Places<T> {
        Places::new(size, timeout, |_, _| false)
    }

    fn out<T>(places: &Places<T>, now: Option<Instant>) -> Option<T> {
        let (place, connection) = places.take(now).expect("a free place");
        place.keep();
        connection
    }

    fn until(is_so: impl Fn() -> bool) {
        let begin = Instant::now();
        while !is_so() {
            assert!(begin.elapsed() < LONG, "it does not come to that");
            thread::yield_now();
        }
    }

    #[test]
    fn the_last_one_back_goes_out_first() {
        let places = places(3, LONG);
        (0..3).for_each(|_| assert_eq!(out(&places, None), None));
        (1..=3).for_each(|connection| places.put_back(Some(connection), None));
        assert_eq!(out(&places, None), Some(3));
        assert_eq!(out(&places, None), Some(2));
        places.put_back(None, None);
        assert_eq!(out(&places, None), Some(1));
        assert_eq!(places.status(), (2, 0));
    }

    #[test]
    fn who_waits_for_too_long_leaves_the_line() {
        let places = places::<u32>(1, Duration::from_millis(20));
        out(&places, None);
        let begin = Instant::now();
        assert!(places.take(None).is_none());
        assert!(begin.elapsed() >= places.timeout);
        assert_eq!(places.status(), (1, 0));
        places.put_back(None, None);
        assert!(places.take(None).is_some());
        assert_eq!(places.status(), (0, 0));
    }

    #[test]
    fn who_came_first_is_first() {
        let places = places(1, LONG);
        let order = Mutex::new(Vec::new());
        out(&places, None);
        thread::scope(|scope| {
            for number in 0..20 {
                let (places, order) = (&places, &order);
                scope.spawn(move || {
                    let connection = out(places, None);
                    order.lock().expect("no panic").push(number);
                    places.put_back(connection, None);
                });
                until(|| places.status().1 == number + 1);
            }
            places.put_back(Some(()), None);
        });
        let order = order.into_inner().expect("no panic");
        assert!(order.iter().copied().eq(0..20), "{order:?}");
    }

    #[test]
    fn several_places_that_come_back_at_once_are_all_taken() {
        for _ in 0..200 {
            let places = places::<()>(4, LONG);
            (0..4).for_each(|_| assert!(out(&places, None).is_none()));
            thread::scope(|scope| {
                for _ in 0..4 {
                    // Each keeps its place.
                    scope.spawn(|| out(&places, None));
                }
                until(|| places.status().1 == 4);
                (0..4).for_each(|_| places.put_back(None, None));
            });
            assert_eq!(places.status(), (4, 0));
        }
    }

    #[test]
    fn idle_and_old_connections_are_closed() {
        let is_worn = |(back, age): &Stamp, now: Instant| now - *back > LONG || *age > LONG;
        let places: Places<Stamp> = Places::new(5, LONG, is_worn);
        let begin = Instant::now();
        let second = Duration::from_secs(1);
        (0..5).for_each(|_| assert!(out(&places, None).is_none()));
        for number in 0..5 {
            // The one in the middle is old already.
            let age = if number == 2 { 2 * LONG } else { second };
            places.put_back(Some((begin + number * second, age)), None);
        }
        let idle = || places.lock().idle.len();
        places.close_worn(begin + LONG);
        assert_eq!(idle(), 5);
        // The first two were idle for too long.
        places.close_worn(begin + LONG + second + second / 2);
        assert_eq!(idle(), 2);
        let newest = out(&places, Some(begin)).expect("an idle connection");
        // Old by now: it does not go out again.
        places.put_back(Some((newest.0, 2 * LONG)), Some(begin));
        let left = out(&places, Some(begin)).map(|(back, _)| back - begin);
        assert_eq!(left, Some(3 * second));
        assert!(out(&places, Some(begin)).is_none());
    }

    #[test]
    fn a_panic_while_a_place_is_filled_gives_it_back() {
        let places = places::<u32>(1, Duration::from_millis(1));
        let filled = catch_unwind(AssertUnwindSafe(|| {
            let _place = places.take(None);
            panic!("as a driver may");
        }));
        assert!(filled.is_err() && places.status() == (0, 0));
        let poisoned = catch_unwind(AssertUnwindSafe(|| {
            let _state = places.lock();
            panic!("as nothing here does");
        }));
        assert!(poisoned.is_err() && places.state.is_poisoned());
        assert_eq!(out(&places, None), None);
        places.put_back(Some(7), None);
        assert_eq!(out(&places, None), Some(7));
    }

    #[test]
    fn many_threads_never_have_more_than_there_are() {
        const SIZE: u32 = 3;
        struct Counted<'c>(&'c AtomicU32);
        impl Drop for Counted<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::SeqCst);
            }
        }
        let (open, busy, taken) = (AtomicU32::new(0), AtomicU32::new(0), AtomicU32::new(0));
        let places = places::<Counted<'_>>(SIZE, LONG);
        let round = |number: u32| {
            let (place, idle) = places.take(Some(Instant::now())).expect("a place in time");
            assert!(busy.fetch_add(1, Ordering::SeqCst) < SIZE);
            let connection = idle.unwrap_or_else(|| {
                assert!(open.fetch_add(1, Ordering::SeqCst) < SIZE);
                Counted(&open)
            });
            taken.fetch_add(1, Ordering::SeqCst);
            if number.is_multiple_of(64) {
                thread::yield_now();
            }
            busy.fetch_sub(1, Ordering::SeqCst);
            if number.is_multiple_of(7) {
                // It broke, and is closed before its place is free.
                drop(connection);
            } else {
                place.keep();
                places.put_back(Some(connection), Some(Instant::now()));
            }
        };
        thread::scope(|scope| {
            for thread in 0..8 {
                let round = &round;
                scope.spawn(move || (0..2000).for_each(|number| round(thread + number)));
            }
        });
        assert_eq!(taken.into_inner(), 8 * 2000);
        assert_eq!(places.status(), (0, 0));
        let idle = places.lock().idle.len();
        assert_eq!(idle, open.load(Ordering::SeqCst) as usize);
        drop(places);
        assert_eq!(open.into_inner(), 0);
    }
}
