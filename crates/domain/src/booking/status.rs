//! The states of a booking.

coded! {
    /// The state of a booking.
    pub enum Status {
        /// Kept for a few minutes while a person fills in the form.
        Held = "held",
        /// Asked for, not yet accepted.
        Pending = "pending",
        /// Agreed.
        Confirmed = "confirmed",
        /// The person is here.
        Arrived = "arrived",
        /// The person is being helped.
        InProgress = "in_progress",
        /// Over.
        Completed = "completed",
        /// The person did not come.
        NoShow = "no_show",
        /// Called off by either side.
        Cancelled = "cancelled",
    }
}

/// A change that the life of a booking does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("A booking that is {} cannot become {}. {}", .from.words(), .to.words(), .from.advice())]
pub struct TransitionError {
    /// The state it is in.
    pub from: Status,
    /// The state that was asked for.
    pub to: Status,
}

impl Status {
    /// Whether the booking takes its lane of the diary. A no-show gives its time back.
    pub const fn occupies(self) -> bool {
        !matches!(self, Self::NoShow | Self::Cancelled)
    }

    /// Whether nothing can follow.
    pub const fn is_final(self) -> bool {
        self.successors().is_empty()
    }

    /// The states that may follow. `Arrived`, `InProgress` and `Completed` can be taken back, since desks press the wrong button; a
    /// no-show may still arrive, if a lane is free.
    pub const fn successors(self) -> &'static [Self] {
        match self {
            Self::Held => &[Self::Pending, Self::Confirmed, Self::Cancelled],
            Self::Pending => &[Self::Confirmed, Self::Cancelled],
            Self::Confirmed => &[Self::Arrived, Self::InProgress, Self::NoShow, Self::Cancelled],
            Self::Arrived => &[Self::InProgress, Self::Confirmed, Self::Cancelled],
            Self::InProgress => &[Self::Completed, Self::Arrived],
            Self::NoShow => &[Self::Arrived],
            Self::Completed => &[Self::InProgress],
            Self::Cancelled => &[],
        }
    }

    /// The next state, where the life of a booking allows it. The same state again is refused: a second press of a button
    /// is the idempotency key's business.
    pub fn change_to(self, to: Self) -> Result<Self, TransitionError> {
        let allowed = self.successors().contains(&to);
        allowed.then_some(to).ok_or(TransitionError { from: self, to })
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Pending => "waiting to be confirmed",
            Self::Confirmed => "confirmed",
            Self::Arrived => "marked as arrived",
            Self::InProgress => "in progress",
            Self::Completed => "completed",
            Self::NoShow => "marked as not come",
            Self::Cancelled => "cancelled",
        }
    }

    const fn advice(self) -> &'static str {
        if self.is_final() {
            "Make another booking instead."
        } else {
            "Reload the page to see its present state."
        }
    }
}
