//! sled's panics and errors, caught and put into our words.

use std::cell::Cell;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::Once;
use std::thread;

use super::error::StoreError;

thread_local! {
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Keeps sled's panics, which we catch, off the user's screen. Everybody else's go on to the hook that was there before.
pub(super) fn quieten() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let is_sleds = thread::current()
                .name()
                .is_some_and(|name| name.starts_with("sled-"));
            if !is_sleds && !IS_QUIET.get() {
                before(info);
            }
        }));
    });
}

/// Calls sled; a panic becomes damage.
pub(super) fn guarded<T>(
    path: &Path,
    call: impl FnOnce() -> sled::Result<T>,
) -> Result<T, StoreError> {
    let before = IS_QUIET.replace(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(call));
    IS_QUIET.set(before);
    match outcome {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(translate(error, path)),
        Err(payload) => {
            let text = payload.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
            let text: String = text.unwrap_or("no message").chars().take(200).collect();
            Err(StoreError::damaged(format!("sled gave up ({text})")))
        }
    }
}

fn translate(error: sled::Error, path: &Path) -> StoreError {
    use io::ErrorKind::{InvalidData, InvalidInput, NotFound, UnexpectedEof};
    match error {
        sled::Error::Io(source) if is_lock(&source) => StoreError::Locked {
            by: "another process".to_owned(),
        },
        sled::Error::Io(source)
            if matches!(
                source.kind(),
                InvalidData | InvalidInput | NotFound | UnexpectedEof
            ) =>
        {
            StoreError::damaged(format!("sled could not read its files ({source})"))
        }
        sled::Error::Io(source) => StoreError::Io {
            action: "use the store",
            path: path.to_owned(),
            source,
        },
        sled::Error::Corruption { at: Some(at), .. } => {
            StoreError::damaged(format!("sled found a bad page at {at}"))
        }
        sled::Error::Corruption { at: None, .. } => StoreError::damaged("sled found a bad page"),
        other => StoreError::damaged(format!("sled says: {other}")),
    }
}

/// sled reports its lock as an error of kind `Other` that only its text tells apart.
fn is_lock(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
        || error.to_string().contains("could not acquire lock")
}
