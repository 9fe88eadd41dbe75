//! Compiles the contract in `proto/` with protox, so that a build needs no protoc, and takes in the
//! page of the IDE where `ide/build` has built it; it runs nothing itself.

use prost::Message as _;
use prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorSet,
    field_descriptor_proto::{Label, Type},
};
use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

const PROTO: &str = "proto";
const EXAMPLES: &str = "src/graphql/examples";

fn main() -> Result<(), Box<dyn Error>> {
    take_in_the_ide()?;
    take_in("examples.rs", &PathBuf::from(EXAMPLES), "include_str")?;
    // tonic-prost-build prints no rerun-if-changed for descriptors that it is handed.
    println!("cargo:rerun-if-changed={PROTO}");
    let mut files: Vec<PathBuf> = fs::read_dir(PathBuf::from(PROTO).join("interdiction/v1"))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.sort();
    let mut compiler = protox::Compiler::new([PROTO])?;
    compiler.include_source_info(true).include_imports(true).open_files(&files)?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("contract.binpb"), compiler.encode_file_descriptor_set())?;
    let descriptors = FileDescriptorSet::decode(compiler.encode_file_descriptor_set().as_slice())?;
    // The codec asks for the name of what it reads.
    let mut messages = prost_build::Config::new();
    messages.enable_type_names();
    nested_filters(&descriptors)
        .into_iter()
        .fold(tonic_prost_build::configure(), tonic_prost_build::Builder::boxed)
        .build_client(true)
        .compile_well_known_types(false)
        .codec_path("crate::grpc::codec::Bounded")
        .compile_fds_with_config(descriptors, messages)?;
    Ok(())
}

/// Takes in what `ide/build` has built; nothing where it was not run.
fn take_in_the_ide() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let built = root.join(target).join("ide");
    // Of a folder that is not there cargo would say at every build that it has changed.
    fs::create_dir_all(&built)?;
    println!("cargo:rerun-if-env-changed=CARGO_TARGET_DIR");
    take_in("ide.rs", &built, "include_bytes")
}

/// Writes a list of the files of a folder: the name and the content of each, in order of their names.
fn take_in(list: &str, folder: &Path, include: &str) -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={}", folder.display());
    let files =
        fs::read_dir(folder)?.map(|entry| entry.and_then(|entry| entry.path().canonicalize()));
    let mut files: Vec<PathBuf> = files.collect::<Result<_, _>>()?;
    files.sort();
    let mut listed = "&[\n".to_owned();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        writeln!(listed, "({name:?}, {include}!({:?})),", file.to_string_lossy())?;
    }
    listed.push(']');
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join(list), listed)?;
    Ok(())
}

/// Paths of the fields of filters that hold a filter which holds filters. Held in place they would
/// make eight kilobytes of an empty filter, and so gigabytes of a request that lists empty ones at
/// two bytes each; behind a pointer they make some hundred bytes.
fn nested_filters(descriptors: &FileDescriptorSet) -> Vec<String> {
    let file = descriptors.file.iter().find(|file| file.name().ends_with("/filters.proto"));
    let messages: &[DescriptorProto] = file.map_or(&[], |file| &file.message_type);
    let filter_in = |field: &FieldDescriptorProto| {
        let name = field.type_name().rsplit('.').next().unwrap_or_default().to_owned();
        let is_message = field.r#type() == Type::Message;
        messages.iter().find(|message| is_message && message.name() == name)
    };
    let holds_filters =
        |message: &DescriptorProto| message.field.iter().any(|field| filter_in(field).is_some());
    let mut paths = Vec::new();
    for message in messages {
        let fields = message.field.iter().filter(|field| field.label() != Label::Repeated);
        for field in fields.filter(|field| filter_in(field).is_some_and(holds_filters)) {
            paths.push(format!(".interdiction.v1.{}.{}", message.name(), field.name()));
        }
    }
    paths
}
