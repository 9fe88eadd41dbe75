//! What a message of the contract becomes when it is decoded, reckoned from its bytes.

use crate::grpc::CONTRACT;
use prost::{
    DecodeError, Message as _,
    encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field},
};
use prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorSet,
    field_descriptor_proto::{Label, Type},
};
use std::{collections::HashMap, sync::LazyLock};

/// How deep messages may nest: as deep as prost decodes.
pub(super) const DEPTH_MAX: usize = 100;
/// What a field takes that is a text or a list: a place, a length and a capacity.
const LIST_BYTES: usize = 24;
/// What a number takes, or a box, or the mark of whether a field is there.
const NUMBER_BYTES: usize = 8;
/// The least bytes of a message for one element of a list: a key and a length.
const ELEMENT_BYTES_MIN: usize = 2;

/// Why a message is not decoded.
#[derive(Debug)]
pub(super) enum Refusal {
    /// It would take more bytes than it may, from the field of this path on.
    TooMany(String),
    /// Its messages nest too deep.
    TooDeep,
    /// It is not a message.
    Malformed(DecodeError),
}

impl Refusal {
    fn within(self, field: &str) -> Self {
        match self {
            Self::TooMany(path) => Self::TooMany(format!("{field}.{path}")),
            Self::TooDeep | Self::Malformed(_) => self,
        }
    }
}

impl From<DecodeError> for Refusal {
    fn from(error: DecodeError) -> Self {
        Self::Malformed(error)
    }
}

/// The contract, as far as it matters here.
pub(super) struct Shapes {
    /// Messages that are asked with, by their name without the package.
    requests: HashMap<String, Request>,
    shapes: Vec<Shape>,
}

#[derive(Debug, Clone, Copy)]
struct Request {
    /// The place of its shape.
    place: usize,
    /// Bytes of the largest element that it can have.
    element_bytes_max: usize,
}

/// What one message becomes.
struct Shape {
    /// Bytes of an empty one.
    bytes: usize,
    /// Fields that take more than that, by number.
    elements: HashMap<u32, (Element, String)>,
}

#[derive(Debug, Clone, Copy)]
enum Element {
    /// A message, by the place of its shape.
    Message(usize),
    /// A text in a list.
    Text,
    /// A list of numbers, one after the other.
    Numbers,
}

pub(super) static SHAPES: LazyLock<Shapes> = LazyLock::new(|| {
    let contract = FileDescriptorSet::decode(CONTRACT).expect("the build compiled the contract");
    Messages::of(&contract).shapes(&contract)
});

impl Shapes {
    /// Whether a message of that name would take no more than that many bytes. One that nobody
    /// asks with is not looked at.
    pub(super) fn check(
        &self,
        name: &str,
        bytes: &[u8],
        decoded_bytes_max: usize,
    ) -> Result<(), Refusal> {
        let Some(request) = self.requests.get(name) else { return Ok(()) };
        // As good as every request ends here, for it is too short to become too much.
        if bytes.len() / ELEMENT_BYTES_MIN <= decoded_bytes_max / request.element_bytes_max {
            return Ok(());
        }
        let mut left = decoded_bytes_max;
        self.take(request.place, bytes, DEPTH_MAX, &mut left)
    }

    /// Takes from `left` what a message would become.
    fn take(
        &self,
        place: usize,
        mut bytes: &[u8],
        depth_left: usize,
        left: &mut usize,
    ) -> Result<(), Refusal> {
        let depth_left = depth_left.checked_sub(1).ok_or(Refusal::TooDeep)?;
        while !bytes.is_empty() {
            let (number, wire_type) = decode_key(&mut bytes)?;
            let element = self.shapes[place].elements.get(&number);
            let (WireType::LengthDelimited, Some((element, name))) = (wire_type, element) else {
                skip_field(wire_type, number, &mut bytes, DecodeContext::default())?;
                continue;
            };
            let length = usize::try_from(decode_varint(&mut bytes)?).unwrap_or(usize::MAX);
            // prost stops here as well, and says why.
            let Some((part, rest)) = bytes.split_at_checked(length) else { return Ok(()) };
            bytes = rest;
            let taken = match element {
                Element::Message(inner) => self.shapes[*inner].bytes,
                Element::Text => LIST_BYTES,
                // The last byte of a number has no continuation bit.
                Element::Numbers => NUMBER_BYTES * part.iter().filter(|byte| **byte < 0x80).count(),
            };
            *left = left.checked_sub(taken).ok_or_else(|| Refusal::TooMany(name.clone()))?;
            if let Element::Message(inner) = element {
                let taken = self.take(*inner, part, depth_left, left);
                taken.map_err(|refusal| refusal.within(name))?;
            }
        }
        Ok(())
    }
}

/// The messages of the contract.
struct Messages<'a> {
    list: Vec<&'a DescriptorProto>,
    /// By full name.
    places: HashMap<String, usize>,
    /// Which of them stand among the filters.
    filters: Vec<bool>,
}

impl<'a> Messages<'a> {
    fn of(contract: &'a FileDescriptorSet) -> Self {
        let files = contract.file.iter();
        let (names, list): (Vec<String>, Vec<&DescriptorProto>) = files
            .flat_map(|file| file.message_type.iter().map(move |message| (file, message)))
            .map(|(file, message)| (format!(".{}.{}", file.package(), message.name()), message))
            .unzip();
        let filters = contract.file.iter().flat_map(|file| {
            let is_filters = file.name().ends_with("/filters.proto");
            file.message_type.iter().map(move |_| is_filters)
        });
        let filters = filters.collect();
        let places = names.into_iter().enumerate().map(|(i, name)| (name, i)).collect();
        Self { list, places, filters }
    }

    fn shapes(&self, contract: &FileDescriptorSet) -> Shapes {
        let reach: Vec<Vec<bool>> = (0..self.list.len()).map(|place| self.reach(place)).collect();
        let shapes: Vec<Shape> = (0..self.list.len())
            .map(|place| {
                let fields = self.list[place].field.iter();
                let elements = fields.filter_map(|field| self.element(field)).collect();
                Shape { bytes: self.bytes(place, &reach), elements }
            })
            .collect();
        let methods = contract.file.iter().flat_map(|file| &file.service).flat_map(|s| &s.method);
        let requests = methods.filter_map(|method| {
            let place = *self.places.get(method.input_type())?;
            let inner = reach[place].iter().zip(&shapes).filter(|(reached, _)| **reached);
            let largest = inner.map(|(_, shape)| shape.bytes).max();
            let element_bytes_max = largest.unwrap_or(LIST_BYTES).max(LIST_BYTES);
            Some((self.list[place].name().to_owned(), Request { place, element_bytes_max }))
        });
        Shapes { requests: requests.collect(), shapes }
    }

    fn element(&self, field: &FieldDescriptorProto) -> Option<(u32, (Element, String))> {
        let element = match (self.message(field), is_text(field), field.label()) {
            (Some(place), _, _) => Element::Message(place),
            (None, true, Label::Repeated) => Element::Text,
            (None, false, Label::Repeated) => Element::Numbers,
            (None, _, Label::Optional | Label::Required) => return None,
        };
        Some((u32::try_from(field.number()).ok()?, (element, field.name().to_owned())))
    }

    fn message(&self, field: &FieldDescriptorProto) -> Option<usize> {
        self.places.get(field.type_name()).copied()
    }

    /// Bytes of an empty message: prost lays messages within it, and boxes those that can hold it;
    /// the build has it box also the filters in a filter that hold filters.
    fn bytes(&self, place: usize, reach: &[Vec<bool>]) -> usize {
        let of_field = |field: &FieldDescriptorProto| match self.message(field) {
            _ if field.label() == Label::Repeated || is_text(field) => LIST_BYTES,
            Some(inner)
                if inner != place && !reach[inner][place] && !self.is_boxed(place, inner) =>
            {
                NUMBER_BYTES + self.bytes(inner, reach)
            }
            None if field.proto3_optional() => 2 * NUMBER_BYTES,
            Some(_) | None => NUMBER_BYTES,
        };
        self.list[place].field.iter().map(of_field).sum()
    }

    fn is_boxed(&self, place: usize, inner: usize) -> bool {
        let mut within = self.list[inner].field.iter().filter_map(|field| self.message(field));
        self.filters[place] && self.filters[inner] && within.any(|message| self.filters[message])
    }

    /// Which messages can stand somewhere within one.
    fn reach(&self, place: usize) -> Vec<bool> {
        let mut reached = vec![false; self.list.len()];
        let mut from = vec![place];
        while let Some(place) = from.pop() {
            for inner in self.list[place].field.iter().filter_map(|field| self.message(field)) {
                if !std::mem::replace(&mut reached[inner], true) {
                    from.push(inner);
                }
            }
        }
        reached
    }
}

fn is_text(field: &FieldDescriptorProto) -> bool {
    matches!(field.r#type(), Type::String | Type::Bytes)
}

#[cfg(test)]
mod tests;
