//! `api_pipeline` (#21 of the guide): the ids of n users, and then each user's details and posts,
//! all of them at once: two waits deep, however many requests.

use std::iter;
use std::sync::Arc;
use std::time::Duration;

use futures_lite::future::zip;
use serde::Deserialize;

use crate::answer::{Useless, json};
use crate::check::{Finding, Findings};
use crate::http::{self, Error, Request, Response};
use crate::runtime::Runtime;
use crate::threads::Threads;
use crate::wire::{fetch, fetch_blocking};
use crate::workload::{By, Expected, NoParameters, ServerCounts, Servers, Shape, Workload, Wrong};

/// The users that the server has, by ids from 1 on, and the posts of each.
const USERS: usize = 10_000;
const POSTS: usize = 3;

/// The ids of n users, then their details and posts.
pub struct ApiPipeline {
    servers: Servers,
    n: usize,
    delay: Duration,
}

/// The requests of a batch: for all users, and for each of them.
pub struct Input {
    users: Request,
    /// Details and posts, by id from 1 on.
    of: Vec<[Request; 2]>,
}

/// A user, as the list of all has it and alone.
#[derive(Debug, PartialEq, Eq, Deserialize)]
struct User {
    id: usize,
    name: String,
    email: String,
}

/// A user's post.
#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Post {
    id: usize,
    user_id: usize,
    title: String,
}

/// What there is to know of a user, in two parts that come each with an answer of its own.
enum Part {
    Details(Result<User, Useless>),
    Posts(Result<Vec<Post>, Useless>),
}

/// The ids, and the parts of each user, in the order of the ids.
pub struct Outcome {
    ids: Result<Vec<usize>, Useless>,
    parts: Vec<Part>,
}

impl Outcome {
    fn without_ids(useless: Useless) -> Self {
        Outcome { ids: Err(useless), parts: Vec::new() }
    }
}

impl Input {
    /// The ids in an answer, of users that there are requests for.
    fn ids(&self, answer: Result<Response, Error>) -> Result<Vec<usize>, Useless> {
        let known = |user: User| (1..=self.of.len()).contains(&user.id).then_some(user.id);
        Ok(json::<Vec<User>>(answer)?.into_iter().filter_map(known).collect())
    }

    fn of(&self, id: usize) -> &[Request; 2] {
        &self.of[id - 1]
    }
}

impl Workload for ApiPipeline {
    const NAME: &'static str = "api_pipeline";
    const UNIT: &'static str = "user";

    type Parameters = NoParameters;
    type Input = Input;
    type Outcome = Outcome;

    fn expected(shape: &Shape<NoParameters>, by: By) -> Expected {
        let parts = 2 * shape.n;
        // A client without a limit has all of them in flight at once.
        let at_once = by.at_once(parts);
        Expected {
            server: Some(ServerCounts::fresh(1 + parts, at_once)),
            ideal: Some(shape.delay * (1 + parts.div_ceil(at_once)) as u32),
            cannot: None,
        }
    }

    fn plan(shape: Shape<NoParameters>, servers: Servers) -> Result<Self, Error> {
        if shape.n > USERS {
            return Err(Error::Plan(format!("the server has {USERS} users, not {}", shape.n)));
        }
        Ok(ApiPipeline { servers, n: shape.n, delay: shape.delay })
    }

    fn input(&self, batch: u64) -> Result<Input, Error> {
        let (server, delay) = (self.servers.of(batch)?, self.delay.as_secs_f64());
        let get = |path: String| http::get(server, &format!("{path}delay={delay}"));
        let of =
            |id: usize| Ok([get(format!("/users/{id}?"))?, get(format!("/users/{id}/posts?"))?]);
        let users = get(format!("/users?count={}&", self.n))?;
        Ok(Input { users, of: (1..=self.n).map(of).collect::<Result<_, Error>>()? })
    }

    fn blocking(&self, threads: &Threads, input: &Arc<Input>) -> Outcome {
        let shared = Arc::clone(input);
        let ids = move || shared.ids(fetch_blocking(&shared.users));
        let ids = match threads.run(iter::once(ids)).pop() {
            Some(Ok(ids)) => Arc::new(ids),
            Some(Err(useless)) => return Outcome::without_ids(useless),
            None => Arc::default(),
        };
        let (shared, of) = (Arc::clone(input), Arc::clone(&ids));
        // Details and posts are jobs of their own, as a thread waits for one answer at a time.
        let parts = threads.map(2 * ids.len(), move |i| {
            let [details, posts] = shared.of(of[i / 2]);
            match i % 2 {
                0 => Part::Details(json(fetch_blocking(details))),
                _ => Part::Posts(json(fetch_blocking(posts))),
            }
        });
        Outcome { ids: Ok(ids.to_vec()), parts }
    }

    async fn concurrent<R: Runtime>(&self, runtime: &R, input: &Arc<Input>) -> Outcome {
        let ids = match input.ids(fetch::<R>(&input.users).await) {
            Ok(ids) => ids,
            Err(useless) => return Outcome::without_ids(useless),
        };
        // A task for each user, which waits for both at once.
        let user = |i: usize| {
            let (shared, id) = (Arc::clone(input), ids[i]);
            async move {
                let [details, posts] = shared.of(id);
                let (details, posts) = zip(fetch::<R>(details), fetch::<R>(posts)).await;
                [Part::Details(json(details)), Part::Posts(json(posts))]
            }
        };
        let parts = runtime.map(ids.len(), user).await.into_iter().flatten().collect();
        Outcome { ids: Ok(ids), parts }
    }

    fn check(&self, _: &Input, Outcome { ids, parts }: &Outcome) -> Result<(), Wrong> {
        let mut findings = Findings::default();
        let right = ids.as_ref().map_err(Useless::finding).and_then(|ids| {
            let wrong = || ("ids", format!("the ids {ids:?} instead of 1 to {}", self.n));
            ids.iter().copied().eq(1..=self.n).then_some(()).ok_or_else(wrong)
        });
        findings.note(|| "the list of users".to_owned(), right);
        findings.note_count("parts of users", parts.len(), 2 * self.n);
        for (i, part) in parts.iter().enumerate() {
            let (id, posts) = (1 + i / 2, i % 2 == 1);
            let what = if posts { "posts" } else { "details" };
            findings.note(|| format!("the {what} of user {id}"), is_part(part, id, posts));
        }
        findings.result()
    }
}

/// Whether it is this part of this user.
fn is_part(part: &Part, id: usize, posts: bool) -> Result<(), Finding> {
    let (said, right) = match part {
        Part::Details(user) => {
            let user = user.as_ref().map_err(Useless::finding)?;
            (format!("{user:?}"), !posts && *user == user_of(id))
        }
        Part::Posts(posted) => {
            let posted = posted.as_ref().map_err(Useless::finding)?;
            (format!("{posted:?}"), posts && *posted == posts_of(id))
        }
    };
    right.then_some(()).ok_or_else(|| ("body", format!("not what the answer says: {said}")))
}

fn user_of(id: usize) -> User {
    User { id, name: format!("User {id}"), email: format!("user{id}@example.com") }
}

fn posts_of(user_id: usize) -> [Post; POSTS] {
    [1, 2, 3].map(|i| Post {
        id: (user_id - 1) * POSTS + i,
        user_id,
        title: format!("Post {i} of user {user_id}"),
    })
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use super::*;
    use crate::workload::Model;

    const DELAY: Duration = Duration::from_millis(10);

    fn plan(n: usize) -> Result<ApiPipeline, Error> {
        let servers = Servers([([127, 0, 0, 1], 80).into()].into());
        ApiPipeline::plan(Shape { n, delay: DELAY, params: NoParameters {} }, servers)
    }

    #[test]
    fn what_is_expected_of_each_limit() {
        let of = |n, limit| {
            let by = By { model: Model::Threads, limit: NonZero::new(limit) };
            let shape = Shape { n, delay: DELAY, params: NoParameters {} };
            let Expected { server, ideal, .. } = ApiPipeline::expected(&shape, by);
            (server.unwrap(), ideal.unwrap())
        };
        // Two waits deep, not twenty-one.
        assert_eq!(of(10, 0), (ServerCounts::fresh(21, 20), DELAY * 2));
        assert_eq!(of(10, 1), (ServerCounts::fresh(21, 1), DELAY * 21));
        assert_eq!(of(10, 10), (ServerCounts::fresh(21, 10), DELAY * 3));
        assert_eq!(of(10, 32), of(10, 0));
        assert_eq!(of(1, 0), (ServerCounts::fresh(3, 2), DELAY * 2));
    }

    #[test]
    fn there_are_no_more_users_than_the_server_has() {
        assert!(plan(USERS).is_ok());
        let refused = plan(USERS + 1).err().unwrap().to_string();
        assert_eq!(refused, "the server has 10000 users, not 10001");
    }

    #[test]
    fn ids_that_there_is_no_request_for_are_left_out() {
        let input = plan(2).unwrap().input(0).unwrap();
        let body = br#"[{"id":2,"name":"","email":""},{"id":3,"name":"","email":""}]"#.to_vec();
        assert_eq!(input.ids(Ok(Response { status: 200, body })).unwrap(), [2]);
        assert!(input.ids(Err(Error::Truncated)).is_err());
    }

    #[test]
    fn other_ids_users_and_posts_and_missing_ones_are_wrong() {
        let plan = plan(2).unwrap();
        let input = plan.input(0).unwrap();
        let check = |ids: &[usize], parts| {
            let outcome = Outcome { ids: Ok(ids.to_vec()), parts };
            plan.check(&input, &outcome).map_err(|wrong| wrong.to_string())
        };
        let user = |id| Part::Details(Ok(user_of(id)));
        let posts = |id| Part::Posts(Ok(posts_of(id).into()));
        let all = || vec![user(1), posts(1), user(2), posts(2)];
        assert_eq!(check(&[1, 2], all()), Ok(()));
        let ids = check(&[2, 1], all()).unwrap_err();
        assert_eq!(ids, "the list of users: the ids [2, 1] instead of 1 to 2 (ids: 1)");
        let few = check(&[1, 2], vec![user(1), posts(1)]).unwrap_err();
        assert_eq!(few, "2 parts of users instead of 4 (count: 1)");
        let other = check(&[1, 2], vec![user(2), posts(1), user(2), posts(1)]).unwrap_err();
        assert!(other.starts_with("the details of user 1: ") && other.ends_with("(body: 2)"));
        let mut swapped = all();
        swapped.swap(2, 3);
        assert!(check(&[1, 2], swapped).unwrap_err().ends_with("(body: 2)"));
        let failed = Part::Posts(Err(Useless::Status(404)));
        let wrong = check(&[1, 2], vec![user(1), posts(1), user(2), failed]).unwrap_err();
        assert_eq!(wrong, "the posts of user 2: status 404 instead of 200 (status: 1)");
        let none = plan.check(&input, &Outcome::without_ids(Useless::Status(503))).unwrap_err();
        assert_eq!(none.kinds.len(), 2);
    }
}
