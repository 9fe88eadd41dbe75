//! Messages and their bytes, with a bound on what a request may decode to.
//!
//! Two bytes can say "one more empty element", and become an element of hundreds of bytes: a
//! request of 2 MiB would decode to a hundred times that. So what a request would take is reckoned
//! before any of it is made. Answers are not reckoned: clients alone decode them.
//!
//! The generated code names this module; it must know nothing of what the messages mean.

mod shapes;

use super::status;
use crate::domain::errors::{Error, Kind};
use prost::{
    DecodeError, Message, Name,
    bytes::{Buf as _, BufMut as _},
};
use shapes::{DEPTH_MAX, Refusal, SHAPES};
use std::marker::PhantomData;
use tonic::{
    Status,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
};

/// How many bytes a request may take once decoded, beside its texts, which take what they take in
/// the message. Three times the operation with the most parts that the contract allows, and as much
/// as the most filters of the widest kind.
pub const DECODED_BYTES_MAX: usize = 2 << 20;

/// The codec of the contract.
pub(crate) struct Bounded<T, U>(PhantomData<(T, U)>);

impl<T, U> Default for Bounded<T, U> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T, U> Codec for Bounded<T, U>
where
    T: Message + Send + 'static,
    U: Message + Name + Default + Send + 'static,
{
    type Encode = T;
    type Decode = U;
    type Encoder = WholeEncoder<T>;
    type Decoder = BoundedDecoder<U>;

    fn encoder(&mut self) -> Self::Encoder {
        WholeEncoder(PhantomData)
    }

    fn decoder(&mut self) -> Self::Decoder {
        BoundedDecoder(PhantomData)
    }
}

/// Writes a message at once into as many bytes as it takes: tonic's own buffer grows by doubling,
/// and is asked for room at every byte.
pub(crate) struct WholeEncoder<T>(PhantomData<T>);

impl<T: Message> Encoder for WholeEncoder<T> {
    type Item = T;
    type Error = Status;

    fn encode(&mut self, message: T, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        into.put_slice(&message.encode_to_vec());
        Ok(())
    }
}

pub(crate) struct BoundedDecoder<U>(PhantomData<U>);

impl<U: Message + Name + Default> Decoder for BoundedDecoder<U> {
    type Item = U;
    type Error = Status;

    fn decode(&mut self, bytes: &mut DecodeBuf<'_>) -> Result<Option<U>, Status> {
        // A message lies in one piece, so this is all of it.
        let fits = SHAPES.check(U::NAME, bytes.chunk(), DECODED_BYTES_MAX);
        fits.map_err(|refusal| status::from(refusal.into()))?;
        let message = U::decode(bytes).map_err(|error| status::from(malformed(&error)))?;
        Ok(Some(message))
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::TooMany(field) => Self::invalid_field(
                &field,
                "too many elements: the request would take more memory than it may",
            ),
            Refusal::TooDeep => {
                let message = format!("messages nest deeper than {DEPTH_MAX}");
                Self::new(Kind::Invalid, "TOO_DEEP", message)
            }
            Refusal::Malformed(error) => malformed(&error),
        }
    }
}

/// tonic would say INTERNAL; but it is the caller who sent it.
fn malformed(error: &DecodeError) -> Error {
    Error::new(Kind::Invalid, "MALFORMED_MESSAGE", error.to_string())
}
