//! Who callers are and why they see what they see, between the contract and the domain.

use super::{Services, showing, status, values::timestamp, viewer_of};
use crate::{
    domain::{
        access::{Access, Ground},
        access_records::{AccessKind, AccessRecord, Shown},
        codes::Code as _,
        pages::Page,
        regions::RegionCode,
        viewers::Viewer,
    },
    proto::{self, access_service_server::AccessService},
};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl AccessService for Services {
    async fn who_am_i(
        &self,
        request: Request<proto::WhoAmIRequest>,
    ) -> Result<Response<proto::WhoAmIResponse>, Status> {
        let viewer = viewer_of(&request)?;
        let is_anonymous = viewer.is_anonymous();
        let Viewer { agency, region, roles, principal } = &*viewer;
        Ok(Response::new(proto::WhoAmIResponse {
            principal: principal.as_ref().map(ToString::to_string).unwrap_or_default(),
            agency: if is_anonymous { String::new() } else { agency.to_string() },
            region_code: region.as_ref().map_or("", RegionCode::as_str).to_owned(),
            roles: roles.iter().map(|role| role.code()).collect(),
        }))
    }

    async fn explain_access(
        &self,
        request: Request<proto::ExplainAccessRequest>,
    ) -> Result<Response<proto::ExplainAccessResponse>, Status> {
        let viewer = viewer_of(&request)?;
        let proto::ExplainAccessRequest { name } = request.into_inner();
        let explained = self.registry.explain_access(&viewer, &name).await;
        let Access { grounds, may_change } = explained.map_err(status::from)?;
        let is_restricted = !grounds.iter().any(|one| matches!(one, Ground::Clear | Ground::Green));
        let shown = Shown { kind: AccessKind::Read, count: u64::from(is_restricted) };
        let grounds = grounds.into_iter().map(|ground| ground.code()).collect();
        Ok(showing(proto::ExplainAccessResponse { grounds, may_change }, shown))
    }

    async fn list_access_records(
        &self,
        request: Request<proto::ListAccessRecordsRequest>,
    ) -> Result<Response<proto::ListAccessRecordsResponse>, Status> {
        let viewer = viewer_of(&request)?;
        let proto::ListAccessRecordsRequest { page_size, page_token } = request.into_inner();
        let page = self.registry.list_access_records(&viewer, page_size, &page_token).await;
        let Page { records, next_page_token } = page.map_err(status::from)?;
        let access_records = records.into_iter().map(encode).collect();
        Ok(Response::new(proto::ListAccessRecordsResponse { access_records, next_page_token }))
    }
}

fn encode(record: AccessRecord) -> proto::AccessRecord {
    let AccessRecord { time_micros, kind, principal, agency: _, peer, method, answer, shown } =
        record;
    let principal = match principal.as_str() {
        "" => String::new(),
        id => format!("principals/{id}"),
    };
    let (time, kind) = (Some(timestamp(time_micros)), kind.code());
    let shown_count = i64::try_from(shown).unwrap_or(i64::MAX);
    proto::AccessRecord { time, kind, principal, peer, method, answer, shown_count }
}
