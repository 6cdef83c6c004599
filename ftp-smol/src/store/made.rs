//! A stream whose items an async block makes, one at a time.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use object_store::Result;
use smol::stream::Stream;

use crate::transport::BoxFuture;

/// Makes a stream. `make` gets the place for its items. An error that it returns is the last item.
///
/// The block runs only while the stream is polled. If you drop the stream, the block is dropped with
/// it.
pub(super) fn made<T, F>(make: impl FnOnce(Place<T>) -> F) -> Made<T>
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    let place = Place(Arc::new(Mutex::new(None)));
    Made {
        block: Some(Box::pin(make(place.clone()))),
        place,
    }
}

/// A stream that [`made`] has made.
pub(super) struct Made<T> {
    /// `None` after its end.
    block: Option<BoxFuture<Result<()>>>,
    place: Place<T>,
}

/// The place in which the async block puts an item for the reader of the stream.
pub(super) struct Place<T>(Arc<Mutex<Option<Result<T>>>>);

impl<T> Place<T> {
    /// Hands out an item, and waits until the reader wants the next one.
    pub(super) async fn put(&self, item: Result<T>) {
        *self.lock() = Some(item);
        // No waker is needed: the stream polls the block when the reader wants the next item.
        poll_fn(|_| match self.lock().is_none() {
            true => Poll::Ready(()),
            false => Poll::Pending,
        })
        .await;
    }

    fn lock(&self) -> MutexGuard<'_, Option<Result<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Clone for Place<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Stream for Made<T> {
    type Item = Result<T>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        let this = self.get_mut();
        let Some(block) = &mut this.block else {
            return Poll::Ready(None);
        };
        let polled = block.as_mut().poll(cx);
        if let Some(item) = this.place.lock().take() {
            return Poll::Ready(Some(item));
        }
        polled.map(|ended| {
            this.block = None;
            ended.err().map(Err)
        })
    }
}
