//! A transaction past the application: raw SQL under a genuine context, to see what the database alone allows.

use std::net::IpAddr;

use tokio_postgres::Client;
use uuid::Uuid;

use crate::{Furnished, Member, Organisation, TestDb};
use aloe_vault::TokenDomain;

/// A runtime login inside an entered transaction.
pub struct Raw(pub Client);

/// Every way of entering an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// A member of the staff: the owner, who may do most.
    Member,
    /// Somebody on the public pages.
    Public,
    /// Somebody with a proven phone.
    Person,
    /// Somebody with the link of a booking.
    Link,
    /// Claimed work.
    Job,
    /// A command of the operator.
    Operator,
}

impl Door {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Member,
        Self::Public,
        Self::Person,
        Self::Link,
        Self::Job,
        Self::Operator,
    ];

    /// The login of the database that goes through it.
    pub fn login(self) -> &'static str {
        match self {
            Self::Member => "aloe_member",
            Self::Public | Self::Person | Self::Link => "aloe_public",
            Self::Job => "aloe_job",
            Self::Operator => "aloe_operator",
        }
    }
}

fn source() -> IpAddr {
    IpAddr::from([192, 0, 2, 7])
}

impl TestDb {
    /// Enters as a member would, on a connection that sends whatever the test writes.
    pub async fn raw_member(&self, at: &Organisation, member: &Member) -> Raw {
        let client = self.login("aloe_member").await;
        client.batch_execute("BEGIN").await.unwrap();
        let hash = member.access.hash(TokenDomain::SESSION);
        client
            .query(
                "SELECT fence.enter_member($1, $2, $3, $4)",
                &[
                    &hash.as_bytes().as_slice(),
                    &at.id.as_uuid(),
                    &source(),
                    &Uuid::now_v7(),
                ],
            )
            .await
            .unwrap();
        Raw(client)
    }

    /// Enters an organisation by one of its doors, with what genuinely opens it.
    pub async fn raw(&self, door: Door, at: &Furnished) -> Raw {
        if door == Door::Member {
            return self.raw_member(&at.at, &at.owner).await;
        }
        let client = self.login(door.login()).await;
        let claim = [7_u8; 32].as_slice();
        if door == Door::Job {
            // Claimed before entering, as the dispatcher does; a job of the other organisation may be the oldest.
            self.claim_for(at, claim).await;
        }
        client.batch_execute("BEGIN").await.unwrap();
        let (slug, request) = (&at.at.slug, Uuid::now_v7());
        let entered = match door {
            Door::Member | Door::Public => {
                let query = "SELECT fence.enter_public($1, $2, $3)";
                client.query(query, &[slug, &source(), &request]).await
            }
            Door::Person => {
                let hash = at.proof.hash(TokenDomain::SESSION);
                let query = "SELECT fence.enter_person($1, $2, $3, $4)";
                let params: [Param<'_>; 4] = [slug, &hash.as_bytes().as_slice(), &source(), &request];
                client.query(query, &params).await
            }
            Door::Link => {
                let hash = at.link.hash(TokenDomain::MANAGE_LINK);
                let query = "SELECT fence.enter_link($1, $2, $3, $4)";
                let params: [Param<'_>; 4] = [slug, &hash.as_bytes().as_slice(), &source(), &request];
                client.query(query, &params).await
            }
            Door::Job => {
                client
                    .query("SELECT fence.enter_jobs($1, $2)", &[&claim, &request])
                    .await
            }
            Door::Operator => {
                let query = "SELECT fence.enter_operator($1, 'test', 'a test', $2)";
                client.query(query, &[&at.at.id.as_uuid(), &request]).await
            }
        };
        entered.unwrap();
        Raw(client)
    }

    async fn claim_for(&self, at: &Furnished, claim: &[u8]) {
        let query = "UPDATE aloe.jobs SET claim_hash = $2, claimed_until = now() + interval '1 minute'
            WHERE organisation_id = $1";
        let superuser = self.superuser().await;
        let claimed = superuser.execute(query, &[&at.at.id.as_uuid(), &claim]).await.unwrap();
        assert!(claimed > 0, "there is work to claim");
    }
}

type Param<'a> = &'a (dyn tokio_postgres::types::ToSql + Sync);
