//! What a request may cost in memory, counted by the allocator of this thread: client and server
//! run on it together, and other tests do not disturb it.

use super::peers::{http2, post, unary};
use crate::services::serve;
use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    net::SocketAddr,
};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

struct Counting;

thread_local! {
    static NOW: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    // A thread that ends frees memory when its counters are gone.
    let _gone = NOW.try_with(|now| {
        now.set(now.get() + bytes);
        PEAK.with(|peak| peak.set(peak.get().max(now.get())));
    });
}

#[expect(clippy::cast_possible_wrap, reason = "no allocation is larger than isize::MAX")]
// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

pub const MIB: isize = 1 << 20;

fn varint(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(u8::try_from(number & 0x7f).unwrap() | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap());
    bytes
}

/// A field of length-delimited bytes.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    [vec![number << 3 | 2], varint(bytes.len()), bytes.to_vec()].concat()
}

fn frame(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [vec![0], length.to_vec(), message.to_vec()].concat()
}

/// What comes of some work, and the most bytes that were held meanwhile beside what was before.
pub async fn peak<T>(work: impl Future<Output = T>) -> (T, isize) {
    let before = NOW.get();
    PEAK.set(before);
    let done = work.await;
    (done, PEAK.get() - before)
}

/// Calls, and the most bytes that were held meanwhile beside the message itself.
async fn cost(address: SocketAddr, path: &str, message: &[u8]) -> (Status, isize) {
    let mut peer = http2(address).await;
    let warm = post(path, "application/grpc", frame(b"").into());
    unary(&mut peer, warm).await;
    let call = post(path, "application/grpc", frame(message).into());
    let (answer, peak) = peak(unary(&mut peer, call)).await;
    let status = Status::from_header_map(&answer.headers).expect("a refusal is trailers alone");
    (status, peak)
}

/// Empty elements of two bytes each, as many as fit.
fn empties(number: u8, bytes: usize) -> Vec<u8> {
    [number << 3 | 2, 0].repeat(bytes / 2)
}

#[tokio::test]
async fn two_mebibytes_of_empty_elements_cost_little_more_than_themselves() {
    let served = serve().await;
    let bytes = 2 * 1024 * 1024 - 64;
    let items = field(2, &empties(6, bytes));
    let steps = field(2, &empties(14, bytes));
    let filters = field(3, &empties(1, bytes));
    let names = empties(1, bytes);
    let states = field(3, &field(13, &vec![1; bytes]));
    for (path, message) in [
        ("/interdiction.v1.SeizureService/CreateSeizure", items),
        ("/interdiction.v1.OperationService/CreateOperation", steps),
        ("/interdiction.v1.SeizureService/ListSeizures", filters),
        ("/interdiction.v1.SeizureService/ListSeizures", states),
        ("/interdiction.v1.SeizureService/BatchGetSeizures", names),
    ] {
        let (status, peak) = cost(served.address, path, &message).await;
        println!("{path}: {peak} bytes");
        assert_eq!(status.code(), Code::InvalidArgument, "{path}: {status}");
        let info = status.get_details_error_info().expect("an ErrorInfo");
        assert_eq!(info.reason, "INVALID_FIELD", "{path}");
        assert!(status.message().contains("too many elements"), "{path}: {status}");
        assert!(peak < 4 * MIB, "{path}: {peak}");
    }
}

#[tokio::test]
async fn what_is_decoded_and_then_refused_costs_a_few_mebibytes() {
    let served = serve().await;
    let items = |count: usize| field(2, &empties(6, 2 * count));
    // The most items that are decoded, found by halving.
    let path = "/interdiction.v1.SeizureService/CreateSeizure";
    let (mut fits, mut too_many, mut worst) = (200_usize, 1_000_000_usize, 0);
    while too_many - fits > 1_000 {
        let count = fits.midpoint(too_many);
        let (status, peak) = cost(served.address, path, &items(count)).await;
        let reason = status.get_details_error_info().expect("an ErrorInfo").reason;
        assert_eq!(reason, "INVALID_FIELD");
        if status.message().contains("too many elements") {
            too_many = count;
        } else {
            (fits, worst) = (count, worst.max(peak));
        }
    }
    println!("{fits} items: {worst} bytes");
    assert!(fits > 1_000, "{fits}");
    assert!(worst < 8 * MIB, "{worst}");
}
