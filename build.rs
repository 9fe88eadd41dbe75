//! Compiles the contract in `proto/` with protox, so that a build needs no protoc.

use prost::Message as _;
use std::{env, error::Error, fs, path::PathBuf};

const PROTO: &str = "proto";

fn main() -> Result<(), Box<dyn Error>> {
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
    let descriptors =
        prost_types::FileDescriptorSet::decode(compiler.encode_file_descriptor_set().as_slice())?;
    let mut messages = prost_build::Config::new();
    messages.enable_type_names();
    tonic_prost_build::configure()
        .build_client(true)
        .compile_well_known_types(false)
        .codec_path("crate::grpc::codec::Bounded")
        .compile_fds_with_config(descriptors, messages)?;
    Ok(())
}
