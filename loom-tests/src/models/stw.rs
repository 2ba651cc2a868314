//! P14, P27. Property: nobody but the requester touches the heap during a pause; what the stopped threads wrote is
//! visible to the requester, and what it changed is visible to them; every pause ends; no stop bit is left over.
//! Smallest scenario: one worker that touches the heap and polls, detaches or exits, and one requester. The heap is one
//! plain cell: attached threads may touch it (one at a time here), the requester touches it in the pause.

use crate::{LOOM, Model, SHUTTLE, WM, actors, logic, ordering, reach, register};
use heddle_sync::breaker::PLEASE_STOP;
use heddle_sync::prim::RaceCell;
use heddle_sync::{Reason, World, handshake};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub const MODEL: Model = Model {
    name: "stw",
    property: "in a pause only its requester runs, and every pause ends",
    variants: &["poll", "detach", "exit", "start", "two", "one", "one_exits", "version"],
    bound: 3,
    engines: LOOM | WM | SHUTTLE,
    loom_blind: true,
    facts: &["parked at a poll", "pause found it detached", "started in a pause", "two pauses", "shook hands", "the target was gone"],
    mutants: &[
        ordering("stw.attach=Relaxed"),
        ordering("stw.resume=Relaxed"),
        ordering("stw.count=Relaxed"),
        ordering("stw.countdown=Relaxed"),
        ordering("stw.detach=Relaxed").under("detach"),
        ordering("stw.suspend=Relaxed").under("detach"),
        ordering("stw.detach_fence=drop").under("detach"),
        ordering("stw.detach_fence=AcqRel").under("detach"),
        ordering("stw.stop_fence=drop").under("detach"),
        ordering("stw.stop_fence=AcqRel").under("detach"),
        logic("stw.wait=drop"),
        logic("stw.count_wakes=drop"),
        logic("stw.resume_wakes=drop"),
        logic("stw.sleep_check=drop"),
        logic("stw.bit_cleared=drop"),
        logic("stw.detach_notify=drop").under("detach"),
        logic("stw.exit_counts=drop").under("exit"),
        logic("stw.start_ignores_pause=drop").under("start"),
        logic("stw.next_requester=drop").under("two"),
        logic("stw.waits_attached=on").under("two"),
        logic("stw.exit_forgets=drop").under("one_exits"),
    ],
    run: |variant| match variant {
        "detach" => detach(),
        "exit" => exit(),
        "start" => start(),
        "two" => two(),
        "one" => one(),
        "one_exits" => one_exits(),
        "version" => version(),
        _ => poll(),
    },
};

struct Case {
    world: World,
    slots: Vec<crate::Pinned>,
    heap: RaceCell<u32>,
    in_pause: AtomicBool,
}

/// `n` threads, registered and attached.
fn case(n: usize) -> Arc<Case> {
    let world = World::with_owner_limit(8);
    let slots: Vec<_> = (0..n).map(|_| register(&world)).collect();
    slots.iter().for_each(|slot| world.attach(slot));
    Arc::new(Case { world, slots, heap: RaceCell::new(0), in_pause: AtomicBool::new(false) })
}

impl Case {
    fn touch(&self) {
        // SAFETY: the pause protocol makes it exclusive: that is what is checked.
        unsafe { self.heap.write(|n| *n += 1) };
    }

    fn work(&self) {
        assert!(!self.in_pause.load(Ordering::SeqCst), "running inside a pause");
        self.touch();
    }

    fn poll(&self, i: usize) {
        if self.slots[i].breaker.has(PLEASE_STOP) {
            self.world.poll_stop(&self.slots[i]);
            reach("parked at a poll");
        }
    }

    fn pause(&self, i: usize) {
        let slot = &self.slots[i];
        let pause = self.world.stop(slot, Reason::Other);
        self.in_pause.store(true, Ordering::SeqCst);
        self.touch();
        let mut others = 0;
        pause.for_each_slot(|other| others += usize::from(!std::ptr::eq(other, &**slot)));
        if others == 0 {
            reach("pause found nobody");
        }
        self.in_pause.store(false, Ordering::SeqCst);
        drop(pause);
    }

    fn finish(&self, touched: u32) {
        for slot in &self.slots {
            assert!(!slot.breaker.has(PLEASE_STOP), "a stop bit is left over");
        }
        // SAFETY: all actors ended.
        assert_eq!(unsafe { self.heap.get() }, touched);
    }
}

fn poll() {
    let case = case(2);
    actors![case;
        |c: &Case| {
            c.work();
            c.poll(0);
            c.work();
            c.world.detach(&c.slots[0]);
        },
        |c: &Case| {
            c.pause(1);
            c.world.detach(&c.slots[1]);
        },
    ];
    case.finish(3);
}

fn detach() {
    let case = case(2);
    actors![case;
        |c: &Case| {
            c.work();
            c.world.detached(&c.slots[0], || {
                if c.in_pause.load(Ordering::SeqCst) {
                    reach("pause found it detached");
                }
            });
            c.work();
            c.world.detach(&c.slots[0]);
        },
        |c: &Case| {
            c.pause(1);
            c.world.detach(&c.slots[1]);
        },
    ];
    case.finish(3);
}

fn exit() {
    let case = case(2);
    actors![case;
        |c: &Case| {
            c.work();
            c.world.unregister(&c.slots[0]);
        },
        |c: &Case| c.pause(1),
    ];
    assert_eq!(case.world.thread_count(), 1);
    case.finish(2);
}

fn start() {
    let case = case(1);
    actors![case;
        |c: &Case| {
            let slot = register(&c.world);
            if slot.state() == heddle_sync::thread::SUSPENDED {
                reach("started in a pause");
            }
            c.world.attach(&slot);
            c.work();
            c.world.unregister(&slot);
        },
        |c: &Case| c.pause(0),
    ];
    case.finish(2);
}

fn two() {
    let case = case(2);
    actors![case;
        |c: &Case| {
            c.pause(0);
            c.world.detach(&c.slots[0]);
        },
        |c: &Case| {
            c.pause(1);
            c.world.detach(&c.slots[1]);
        },
    ];
    reach("two pauses");
    case.finish(2);
}

/// A handshake stops its target and nobody else.
fn one() {
    let case = case(2);
    let index = case.slots[0].index();
    actors![case;
        |c: &Case| {
            c.work();
            c.poll(0);
            c.work();
            c.world.detach(&c.slots[0]);
        },
        move |c: &Case| {
            let met = handshake::with_stopped(&c.world, &c.slots[1], index, Reason::Other, |_| {
                c.in_pause.store(true, Ordering::SeqCst);
                c.touch();
                c.in_pause.store(false, Ordering::SeqCst);
            });
            assert!(met.is_some());
            reach("shook hands");
            c.world.detach(&c.slots[1]);
        },
    ];
    case.finish(3);
}

/// The target finishes instead of stopping: the requester learns that there is nobody to meet.
fn one_exits() {
    let case = case(2);
    let index = case.slots[0].index();
    actors![case;
        |c: &Case| {
            c.work();
            c.world.unregister(&c.slots[0]);
            // The slot would be freed here.
            c.in_pause.store(true, Ordering::SeqCst);
        },
        move |c: &Case| {
            let met = handshake::with_stopped(&c.world, &c.slots[1], index, Reason::Other, |target| {
                assert_ne!(target.state(), heddle_sync::thread::FINISHED, "met a finished thread");
            });
            if met.is_none() {
                reach("the target was gone");
            }
            c.world.detach(&c.slots[1]);
        },
    ];
    case.finish(1);
}

/// P13: outside pauses every thread's version is the interpreter's, a thread born meanwhile included.
fn version() {
    let case = case(1);
    actors![case;
        |c: &Case| {
            let slot = register(&c.world);
            c.world.attach(&slot);
            assert_eq!(slot.breaker.version(), c.world.version(), "a thread missed a version");
            c.world.unregister(&slot);
        },
        |c: &Case| {
            let pause = c.world.stop(&c.slots[0], Reason::Instrument);
            pause.set_version(0x300);
            drop(pause);
            assert_eq!(c.slots[0].breaker.version(), 0x300);
        },
    ];
    case.finish(0);
}
