//! Uploads that come in parts: one upload takes the parts in their order.
//!
//! The upload is an async block. Each future that waits for a part polls it, and so does the end. So a
//! part is written even if no task polls the parts before it, and a dropped future loses nothing.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use async_trait::async_trait;
use ftp_proto::Error;
use object_store::path::Path;
use object_store::{MultipartUpload, PutPayload, PutResult, Result, UploadPart};
use smol::future;
use smol::io::AsyncWriteExt as _;

use super::FtpStore;
use super::errors::{Unclear, generic, told};
use super::names::{parent, staged};
use super::write::{discard, rename, result};
use crate::client::Client;
use crate::transport::BoxFuture;

/// An upload in parts.
pub(super) struct Parts(Arc<Shared>);

/// What the futures of an upload share.
struct Shared {
    location: Path,
    orders: Arc<Orders>,
    upload: Mutex<Upload>,
    waiting: Arc<Waiting>,
}

enum Upload {
    Runs(BoxFuture<Result<(), Error>>),
    Ended(Result<(), Error>),
}

impl Parts {
    /// Makes an upload. Nothing is sent, and no session is used, before a future of a part or of the
    /// end is polled.
    pub(super) fn new(store: FtpStore, location: &Path) -> Result<Self> {
        let path = store.root.path_of(location)?;
        let orders = Arc::<Orders>::default();
        let upload = upload(store, path, Arc::clone(&orders));
        Ok(Self(Arc::new(Shared {
            location: location.clone(),
            orders,
            upload: Mutex::new(Upload::Runs(Box::pin(upload))),
            waiting: Arc::default(),
        })))
    }
}

#[async_trait]
impl MultipartUpload for Parts {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let shared = Arc::clone(&self.0);
        let number = shared.orders.add(data);
        Box::pin(async move {
            let number = number.ok_or_else(|| generic("the upload has been ended"))?;
            shared.until(|state| state.written > number).await
        })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        self.0.end(End::Complete).await.map(|()| result())
    }

    async fn abort(&mut self) -> Result<()> {
        self.0.end(End::Abort).await
    }
}

impl Shared {
    /// Ends the upload, if nothing has ended it before.
    async fn end(&self, end: End) -> Result<()> {
        let before = self.orders.lock().end.replace(end);
        match before {
            // After a failed end there is nothing left to abort.
            Some(_) if end == End::Complete => Err(generic("the upload has been ended")),
            _ => self.until(|_| false).await,
        }
    }

    /// Polls the upload until the orders are in this state, or until it has ended.
    async fn until(&self, is_there: impl Fn(&State) -> bool) -> Result<()> {
        let reached = poll_fn(|cx| self.poll_until(cx, &is_there)).await;
        reached.map_err(|error| told(error, &self.location, Unclear::Denied))
    }

    fn poll_until(
        &self,
        cx: &mut Context<'_>,
        is_there: impl Fn(&State) -> bool,
    ) -> Poll<Result<(), Error>> {
        // What wakes the upload wakes all that wait for it, because one of them may be gone.
        self.waiting.add(cx.waker());
        let mut upload = self.upload.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.orders.lock().written;
        if let Upload::Runs(block) = &mut *upload {
            let waker = Waker::from(Arc::clone(&self.waiting));
            if let Poll::Ready(ended) = block.as_mut().poll(&mut Context::from_waker(&waker)) {
                *upload = Upload::Ended(ended);
                self.waiting.wake_all();
            }
        }
        let state = self.orders.lock();
        if state.written != before {
            self.waiting.wake_all();
        }
        match &*upload {
            _ if is_there(&state) => Poll::Ready(Ok(())),
            Upload::Ended(ended) => Poll::Ready(ended.clone()),
            Upload::Runs(_) => Poll::Pending,
        }
    }
}

/// What the upload is to do.
#[derive(Default)]
struct Orders(Mutex<State>);

#[derive(Default)]
struct State {
    /// The parts that the upload has not taken yet.
    parts: VecDeque<PutPayload>,
    /// How many parts there are.
    added: u64,
    /// How many parts were written.
    written: u64,
    /// How the upload ends, after its last part. An abort ends it at once.
    end: Option<End>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Complete,
    Abort,
}

enum Order {
    Write(PutPayload),
    End(End),
}

impl Orders {
    /// Adds a part, and returns its number. `None` if the upload has been ended.
    fn add(&self, part: PutPayload) -> Option<u64> {
        let mut state = self.lock();
        if state.end.is_some() {
            return None;
        }
        state.parts.push_back(part);
        state.added = state.added.saturating_add(1);
        state.added.checked_sub(1)
    }

    /// Returns the next order. No waker is needed: each method that gives an order then polls the
    /// upload.
    async fn next(&self) -> Order {
        poll_fn(|_| {
            let mut state = self.lock();
            match (state.end, state.parts.pop_front()) {
                (Some(End::Abort), _) => Poll::Ready(Order::End(End::Abort)),
                (_, Some(part)) => Poll::Ready(Order::Write(part)),
                (Some(end), None) => Poll::Ready(Order::End(end)),
                (None, None) => Poll::Pending,
            }
        })
        .await
    }

    /// Waits until the upload is to be aborted.
    async fn aborted(&self) {
        poll_fn(|_| match self.lock().end {
            Some(End::Abort) => Poll::Ready(()),
            _ => Poll::Pending,
        })
        .await;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Carries out the orders. It begins when the first order comes.
async fn upload(store: FtpStore, path: String, orders: Arc<Orders>) -> Result<(), Error> {
    let first = orders.next().await;
    if let Order::End(End::Abort) = first {
        return Ok(());
    }
    let mut client = store.pool.get().await?;
    let temporary = staged(&path);
    let sent = send(&mut client, &temporary, first, &orders).await;
    let stored = match sent.map(|end| orders.lock().end.unwrap_or(end)) {
        Ok(End::Complete) => rename(&mut client, &temporary, &path).await,
        Ok(End::Abort) => {
            discard(&mut client, &temporary).await;
            return Ok(());
        }
        Err(error) => Err(error),
    };
    if stored.is_err() {
        discard(&mut client, &temporary).await;
    }
    stored
}

/// Uploads the parts. Returns how the upload has ended.
async fn send(
    client: &mut Client,
    path: &str,
    first: Order,
    orders: &Orders,
) -> Result<End, Error> {
    if let Some(parent) = parent(path) {
        client.make_directories(parent).await?;
    }
    let mut upload = client.upload(path).await?;
    let mut order = first;
    loop {
        let end = match order {
            Order::End(end) => Some(end),
            Order::Write(part) => {
                let write = async {
                    for bytes in &part {
                        upload.write_all(bytes).await?;
                    }
                    Ok::<_, Error>(None)
                };
                let stop = async {
                    orders.aborted().await;
                    Ok(Some(End::Abort))
                };
                future::or(write, stop).await?
            }
        };
        match end {
            Some(End::Complete) => return upload.finish().await.map(|_| End::Complete),
            Some(End::Abort) => {
                upload.abort().await?;
                return Ok(End::Abort);
            }
            None => {}
        }
        let written = orders.lock().written;
        orders.lock().written = written.saturating_add(1);
        order = orders.next().await;
    }
}

/// The tasks that wait for the upload.
#[derive(Default)]
struct Waiting(Mutex<Vec<Waker>>);

impl Waiting {
    fn add(&self, waker: &Waker) {
        let mut all = self.lock();
        if !all.iter().any(|it| it.will_wake(waker)) {
            all.push(waker.clone());
        }
    }

    fn wake_all(&self) {
        let all = mem::take(&mut *self.lock());
        all.into_iter().for_each(Waker::wake);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Waker>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Waiting {
    fn wake(self: Arc<Self>) {
        self.wake_all();
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.orders.lock();
        f.debug_struct("Parts")
            .field("location", &self.0.location)
            .field("added", &state.added)
            .field("written", &state.written)
            .finish_non_exhaustive()
    }
}
