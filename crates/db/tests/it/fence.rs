//! P6: one organisation never reaches another's rows, by the database alone and by the application alone.

use aloe_db::catalogue;
use aloe_domain::permission::{Role, need};
use aloe_testkit::{Door, Furnished, Member, Organisation, TestDb, visit};
use tokio_postgres::Client;

/// Two practices, each with a patient, a booking and a consultation.
async fn two_practices(db: &TestDb) -> [(Organisation, Member); 2] {
    let mut made = Vec::new();
    for (slug, sa_id) in [("one", "8001015009087"), ("two", "8501016184086")] {
        let practice = db.practice(slug).await;
        let owner = db.member(&practice, Role::Owner).await;
        let patient = db.patient(&owner, &format!("Person{slug}"), sa_id).await;
        crate::bookings::book(db, &practice, &owner, "2027-02-01T07:00:00Z".parse().unwrap())
            .await
            .unwrap();
        crate::clinical::signed_consultation(db, &owner, patient).await;
        made.push((practice, owner));
    }
    made.try_into().unwrap_or_else(|_| panic!("two practices"))
}

/// The tables with an organisation that the login behind a door may do this to at all.
async fn tables(client: &Client, door: Door, verb: &str) -> Vec<String> {
    let query = "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organisation_id'
        WHERE n.nspname = 'aloe' AND c.relkind = 'r'
        AND CASE $1 WHEN 'DELETE' THEN has_table_privilege($2, c.oid, $1)
            ELSE has_any_column_privilege($2, c.oid, $1) END";
    client
        .query(query, &[&verb, &door.login()])
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_keeps_every_rule_of_the_fence() {
    let db = TestDb::fresh().await;
    let faults = catalogue::faults(&db.superuser().await).await.unwrap();
    assert!(faults.is_empty(), "{faults:#?}");
}

/// What a start is refused for: each in a transaction that is taken back, since roles belong to every database here.
#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_check_notices_a_login_with_powers_and_a_policy_that_is_open() {
    let db = TestDb::fresh().await;
    let superuser = db.superuser().await;
    for (change, fault) in [
        (
            "ALTER ROLE aloe_member BYPASSRLS",
            "aloe_member is a runtime login with powers beyond the fence",
        ),
        (
            "ALTER ROLE aloe_public SUPERUSER",
            "aloe_public is a runtime login with powers beyond the fence",
        ),
        (
            "GRANT aloe_definer TO aloe_job",
            "aloe_job is a runtime login with powers beyond the fence",
        ),
        (
            "ALTER TABLE aloe.patients OWNER TO aloe_member",
            "patients belongs to a runtime login",
        ),
        ("ALTER TABLE aloe.patients NO FORCE ROW LEVEL SECURITY", "aloe.patients"),
        ("GRANT TRUNCATE ON aloe.audit_entries TO aloe_member", "audit_entries"),
        (
            "GRANT EXECUTE ON FUNCTION fence.enter_operator TO aloe_member",
            "fence.enter_operator",
        ),
        (
            "CREATE POLICY gap ON aloe.patients TO aloe_member USING (true) WITH CHECK (organisation_id = (SELECT fence.organisation('patients')))",
            "gap",
        ),
    ] {
        superuser.batch_execute("BEGIN").await.unwrap();
        superuser.batch_execute(change).await.unwrap();
        let faults = catalogue::faults(&superuser).await.unwrap();
        superuser.batch_execute("ROLLBACK").await.unwrap();
        assert!(faults.iter().any(|said| said.contains(fault)), "{change}: {faults:?}");
    }
    assert_eq!(catalogue::faults(&superuser).await.unwrap(), Vec::<String>::new());
    assert_eq!(db.doors.fence_faults().await.unwrap(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_check_notices_a_table_that_is_not_fenced() {
    let db = TestDb::fresh().await;
    let client = db.superuser().await;
    client
        .batch_execute("CREATE TABLE aloe.loose (organisation_id uuid, x text)")
        .await
        .unwrap();
    let faults = catalogue::faults(&client).await.unwrap();
    assert!(
        faults
            .iter()
            .any(|f| f.contains("aloe.loose has no forced row-level security")),
        "{faults:#?}"
    );
}

/// Two organisations with one of everything: the first holds a row in each table that has an organisation.
async fn furnished_two(db: &TestDb) -> [Furnished; 2] {
    let two = [
        db.furnished("one", "8001015009087").await,
        db.furnished("two", "8501016184086").await,
    ];
    let admin = db.superuser().await;
    let all = "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organisation_id'
        WHERE n.nspname = 'aloe' AND c.relkind = 'r'";
    for row in admin.query(all, &[]).await.unwrap() {
        let table: String = row.get(0);
        let query = format!("SELECT count(*) FROM aloe.{table} WHERE organisation_id = $1");
        let there: i64 = admin
            .query_one(&query, &[&two[1].at.id.as_uuid()])
            .await
            .unwrap()
            .get(0);
        assert!(there > 0, "nothing in {table} to reach for: furnish it");
    }
    two
}

#[tokio::test(flavor = "multi_thread")]
async fn p6_the_database_alone_shows_no_row_of_another_organisation_by_any_door() {
    let db = TestDb::fresh().await;
    let [one, _] = furnished_two(&db).await;
    let admin = db.superuser().await;
    for door in Door::ALL {
        let raw = db.raw(door, &one).await.0;
        let mut own = 0;
        for table in tables(&admin, door, "SELECT").await {
            let query = format!(
                "SELECT count(organisation_id) FILTER (WHERE organisation_id <> $1), count(organisation_id) FROM aloe.{table}"
            );
            let row = raw.query_one(&query, &[&one.at.id.as_uuid()]).await.unwrap();
            assert_eq!(
                row.get::<_, i64>(0),
                0,
                "{door:?}: {table} shows rows of another organisation"
            );
            own += row.get::<_, i64>(1);
        }
        assert!(own > 0, "{door:?} was entered and sees its own");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn p6_the_database_alone_changes_and_deletes_nothing_of_another_organisation_by_any_door() {
    let db = TestDb::fresh().await;
    let [one, two] = furnished_two(&db).await;
    let admin = db.superuser().await;
    let mut tried = 0;
    for door in Door::ALL {
        for verb in ["UPDATE", "DELETE"] {
            for table in tables(&admin, door, verb).await {
                let raw = db.raw(door, &one).await.0;
                let statement = match verb {
                    "DELETE" => format!("DELETE FROM aloe.{table} WHERE organisation_id = $1"),
                    _ => format!(
                        "UPDATE aloe.{table} SET {0} = {0} WHERE organisation_id = $1",
                        updatable(&admin, door, &table).await
                    ),
                };
                tried += 1;
                match raw.execute(&statement, &[&two.at.id.as_uuid()]).await {
                    Ok(touched) => assert_eq!(touched, 0, "{door:?}: {verb} {table}"),
                    Err(error) => assert!(error.as_db_error().is_some(), "{door:?}: {verb} {table}: {error}"),
                }
            }
        }
    }
    assert!(tried >= 30, "{tried} statements were tried");
}

async fn updatable(admin: &Client, door: Door, table: &str) -> String {
    let query =
        "SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = ('aloe.' || $1)::regclass AND a.attnum > 0
        AND has_column_privilege($2, a.attrelid, a.attnum, 'UPDATE') LIMIT 1";
    admin.query_one(query, &[&table, &door.login()]).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn p6_the_database_alone_takes_no_row_for_another_organisation_by_any_door() {
    let db = TestDb::fresh().await;
    let [one, two] = furnished_two(&db).await;
    let admin = db.superuser().await;
    for door in Door::ALL {
        for table in tables(&admin, door, "INSERT").await {
            let raw = db.raw(door, &one).await.0;
            let columns = "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute
                WHERE attrelid = ('aloe.' || $1)::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = ''
                AND has_column_privilege($2, attrelid, attnum, 'INSERT')";
            let columns: String = admin.query_one(columns, &[&table, &door.login()]).await.unwrap().get(0);
            // A copy of the other's own row, taken past the policies, is refused when it is sent through them.
            admin.batch_execute(&format!("DROP TABLE IF EXISTS public.stolen; CREATE TABLE public.stolen AS SELECT {columns} FROM aloe.{table} WHERE organisation_id = '{}' LIMIT 1; GRANT SELECT ON public.stolen TO PUBLIC; GRANT USAGE ON SCHEMA public TO PUBLIC", two.at.id)).await.unwrap();
            let insert = format!("INSERT INTO aloe.{table} ({columns}) SELECT {columns} FROM public.stolen");
            let error = raw
                .execute(&insert, &[])
                .await
                .err()
                .unwrap_or_else(|| panic!("{door:?}: {table} took a row for another organisation"));
            let code = error
                .as_db_error()
                .map(|e| e.code().code().to_owned())
                .unwrap_or_default();
            assert!(
                code == "42501" || code.starts_with("AL"),
                "{door:?}: {table}: refused for another reason, {error:?}"
            );
            drop(raw);
        }
    }
}

/// Within one organisation, who books reaches their own rows: a link its booking, a phone its bookings, a job its messages.
#[tokio::test(flavor = "multi_thread")]
async fn who_books_reaches_their_own_rows_only() {
    let db = TestDb::fresh().await;
    let one = db.furnished("one", "8001015009087").await;
    for (door, seen) in [(Door::Public, 0_i64), (Door::Person, 1), (Door::Link, 1)] {
        let raw = db.raw(door, &one).await.0;
        let query = "SELECT count(*), count(*) FILTER (WHERE booking_id = $1) FROM aloe.bookings";
        let row = raw.query_one(query, &[&one.online.as_uuid()]).await.unwrap();
        let found: (i64, i64) = (row.get(0), row.get(1));
        assert_eq!(found, (seen, seen), "{door:?}");
        let files = raw.query_one("SELECT count(*) FROM aloe.patients", &[]).await;
        assert!(files.is_err(), "{door:?} may not even ask for files");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_entering_there_are_no_rows_at_all() {
    let db = TestDb::fresh().await;
    two_practices(&db).await;
    let admin = db.superuser().await;
    for door in Door::ALL {
        let login = door.login();
        let client = db.login(login).await;
        for table in tables(&admin, door, "SELECT").await {
            if let Ok(row) = client
                .query_one(&format!("SELECT count(organisation_id) FROM aloe.{table}"), &[])
                .await
            {
                assert_eq!(row.get::<_, i64>(0), 0, "{login} sees {table} without entering");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_written_by_hand_is_no_context() {
    let db = TestDb::fresh().await;
    let [(one, owner), (two, _)] = two_practices(&db).await;
    let raw = db.raw_member(&one, &owner).await.0;
    let genuine: String = raw
        .query_one("SELECT current_setting('aloe.context')", &[])
        .await
        .unwrap()
        .get(0);
    let forged = genuine.replace(&one.id.to_string(), &two.id.to_string());
    assert_ne!(genuine, forged);
    let spoof = "WITH spoofed AS MATERIALIZED (SELECT set_config('aloe.context', $1, true))
        SELECT count(p.organisation_id) FROM spoofed, aloe.patients p";
    let seen: i64 = raw.query_one(spoof, &[&forged]).await.unwrap().get(0);
    assert_eq!(seen, 0);
}

/// The signature covers every character: the head with its fixed places, the permissions, and the claims behind them.
#[tokio::test(flavor = "multi_thread")]
async fn a_context_with_any_one_character_changed_is_none() {
    let db = TestDb::fresh().await;
    let [(one, owner), _] = two_practices(&db).await;
    let raw = db.raw_member(&one, &owner).await.0;
    let walk = "WITH genuine AS MATERIALIZED (SELECT current_setting('aloe.context') AS context),
        changed AS MATERIALIZED (SELECT place, overlay(context PLACING CASE substr(context, place, 1) WHEN '0' THEN '1' ELSE '0' END
            FROM place FOR 1) AS context FROM genuine, generate_series(1, length(context)) place)
        SELECT c.place, (SELECT fence.organisation('member') FROM (SELECT set_config('aloe.context', c.context, true)) written
            WHERE written.set_config IS NOT NULL) IS NULL FROM changed c";
    let rows = raw.query(walk, &[]).await.unwrap();
    assert!(rows.len() > 300, "a context has a head and claims");
    for row in rows {
        assert!(
            row.get::<_, bool>(1),
            "place {} is not covered by the signature",
            row.get::<_, i32>(0)
        );
    }
}

/// Words that a person chose stand in the claims, and grant nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_reads_like_a_permission_grants_nothing() {
    let db = TestDb::fresh().await;
    let practice = db.practice("named").await;
    let reception = db.member(&practice, Role::Reception).await;
    let superuser = db.superuser().await;
    let rename = "UPDATE aloe.memberships SET name = $1 WHERE membership_id = $2";
    superuser
        .batch_execute("SET session_replication_role = replica")
        .await
        .unwrap();
    let name = "x,owners,|,clinical,{\"permissions\": [\"owners\"]}";
    superuser
        .execute(rename, &[&name, &reception.membership.id.as_uuid()])
        .await
        .unwrap();
    let raw = db.raw_member(&practice, &reception).await.0;
    for need in ["owners", "clinical", "team"] {
        let row = raw
            .query_one("SELECT fence.organisation($1) IS NULL", &[&need])
            .await
            .unwrap();
        assert!(row.get::<_, bool>(0), "{need}");
    }
    let row = raw
        .query_one("SELECT fence.organisation('schedule') IS NULL", &[])
        .await
        .unwrap();
    assert!(!row.get::<_, bool>(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_context_is_worth_nothing_in_another_transaction() {
    let db = TestDb::fresh().await;
    let [(one, owner), _] = two_practices(&db).await;
    let raw = db.raw_member(&one, &owner).await.0;
    let genuine: String = raw
        .query_one("SELECT current_setting('aloe.context')", &[])
        .await
        .unwrap()
        .get(0);
    raw.batch_execute("COMMIT; BEGIN").await.unwrap();
    raw.query("SELECT set_config('aloe.context', $1, true)", &[&genuine])
        .await
        .unwrap();
    let seen: i64 = raw
        .query_one("SELECT count(organisation_id) FROM aloe.patients", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(seen, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_is_entered_once() {
    let db = TestDb::fresh().await;
    let [(one, owner), _] = two_practices(&db).await;
    let raw = db.raw_member(&one, &owner).await.0;
    let hash = owner.access.hash(aloe_vault::TokenDomain::SESSION);
    let again = raw
        .query(
            "SELECT fence.enter_member($1, $2, NULL, NULL)",
            &[&hash.as_bytes().as_slice(), &one.id.as_uuid()],
        )
        .await;
    assert_eq!(again.unwrap_err().as_db_error().unwrap().code().code(), "AL001");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_role_bites_on_the_next_statement_of_an_open_transaction() {
    let db = TestDb::fresh().await;
    let [(one, _), _] = two_practices(&db).await;
    let practitioner = db.member(&one, Role::Practitioner).await;
    let raw = db.raw_member(&one, &practitioner).await.0;
    let count = "SELECT count(organisation_id) FROM aloe.notes";
    assert_eq!(raw.query_one(count, &[]).await.unwrap().get::<_, i64>(0), 1);
    let change =
        "UPDATE aloe.memberships SET active = false, access_version = access_version + 1 WHERE membership_id = $1";
    let admin = db.superuser().await;
    admin
        .batch_execute("ALTER TABLE aloe.memberships DISABLE TRIGGER ALL")
        .await
        .unwrap();
    admin
        .execute(change, &[&practitioner.membership.id.as_uuid()])
        .await
        .unwrap();
    assert_eq!(raw.query_one(count, &[]).await.unwrap().get::<_, i64>(0), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn p7_reception_reads_no_clinical_row_even_by_hand() {
    let db = TestDb::fresh().await;
    let [(one, _), _] = two_practices(&db).await;
    let reception = db.member(&one, Role::Reception).await;
    assert!(reception.membership.scope::<need::Clinical>().is_err());
    let raw = db.raw_member(&one, &reception).await.0;
    for table in ["encounters", "note_drafts", "notes", "identifier_values"] {
        let seen: i64 = raw
            .query_one(&format!("SELECT count(organisation_id) FROM aloe.{table}"), &[])
            .await
            .unwrap()
            .get(0);
        assert_eq!(seen, 0, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn p7_a_public_office_has_no_clinical_record_whoever_asks() {
    let db = TestDb::fresh().await;
    let office = db
        .organisation("office", aloe_domain::permission::OrganisationKind::PublicOffice)
        .await;
    let owner = db.member(&office, Role::Owner).await;
    assert!(owner.membership.scope::<need::Clinical>().is_err());
    let raw = db.raw_member(&office, &owner).await.0;
    let granted: Option<uuid::Uuid> = raw
        .query_one("SELECT fence.organisation('clinical')", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(granted, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn p7_only_an_owner_lets_reception_reveal_even_by_hand() {
    let db = TestDb::fresh().await;
    let practice = db.practice("grant").await;
    let admin = db.member(&practice, Role::Administrator).await;
    let raw = db.raw_member(&practice, &admin).await.0;
    let refused = raw
        .batch_execute("UPDATE aloe.organisations SET reception_may_reveal = true")
        .await;
    assert_eq!(refused.unwrap_err().as_db_error().unwrap().code().code(), "AL003");
}

/// The application alone: with every policy off, each operation still answers with its own organisation's rows only.
#[tokio::test(flavor = "multi_thread")]
async fn p6_the_application_alone_keeps_to_its_own_practice() {
    let db = TestDb::fresh().await;
    let [(one, owner), (_, other)] = two_practices(&db).await;
    let theirs = crate::patients::find_all(&db, &other, "persontwo").await;
    assert_eq!(theirs.len(), 1);
    db.switch_policies_off().await;
    assert!(crate::patients::find_all(&db, &owner, "persontwo").await.is_empty());
    let scope = owner.membership.scope::<need::Schedule>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let far = (
        "2020-01-01T00:00:00Z".parse().unwrap(),
        "2100-01-01T00:00:00Z".parse().unwrap(),
    );
    assert_eq!(
        aloe_db::bookings::between(&mut tx, far.0, far.1).await.unwrap().len(),
        1
    );
    let scope = owner.membership.scope::<need::Clinical>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    assert!(aloe_db::clinical::open_file(&mut tx, theirs[0].id, 10).await.is_err());
    let scope = owner.membership.scope::<need::Patients>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    assert!(aloe_db::patients::find(&mut tx, theirs[0].id).await.is_err());
    assert_eq!(one.slug, "one");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_and_the_application_grant_the_same() {
    let db = TestDb::fresh().await;
    let rows = db
        .superuser()
        .await
        .query("SELECT role, permission FROM fence.role_permissions", &[])
        .await
        .unwrap();
    let mut held: Vec<(String, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let mut said: Vec<(String, String)> = aloe_domain::permission::ROLE_PERMISSIONS
        .iter()
        .flat_map(|(role, set)| set.iter().map(|p| (role.code().to_owned(), p.code().to_owned())))
        .collect();
    held.sort();
    said.sort();
    assert_eq!(held, said);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_signature_is_hmac_sha_256_as_rfc_4231_has_it() {
    let db = TestDb::fresh().await;
    let query = "SELECT encode(fence.hmac_sha256(fence.hmac_block(decode($1, 'hex'), 54), fence.hmac_block(decode($1, 'hex'), 92), decode($2, 'hex')), 'hex')";
    let vectors = [
        ("0b".repeat(20), "4869205468657265".to_owned(), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        ("4a656665".to_owned(), "7768617420646f2079612077616e7420666f72206e6f7468696e673f".to_owned(), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        ("aa".repeat(131), "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374".to_owned(), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
    ];
    let client = db.superuser().await;
    for (key, message, expected) in vectors {
        let mac: String = client.query_one(query, &[&key, &message]).await.unwrap().get(0);
        assert_eq!(mac, expected);
    }
}
