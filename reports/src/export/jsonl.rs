//! One JSON object a line, with the columns of the CSV.

use serde::{Serialize, Serializer};

use crate::analysis::Analysis;
use crate::record::Record;
use crate::rows::{self, Field};

/// Every cell of the record; each line stands alone, so that lines of several runs can be put into
/// one file.
pub(super) fn jsonl(record: &Record, analysis: &Analysis) -> String {
    let columns = rows::columns();
    let line = |fields: Vec<Field>| {
        let line = Line { columns: &columns, fields: &fields };
        #[expect(clippy::expect_used, reason = "texts and finite numbers are all JSON")]
        let line = serde_json::to_string(&line).expect("a row can be written as JSON");
        line + "\n"
    };
    rows::rows(record, analysis).into_iter().map(line).collect()
}

/// A row, with its fields in the order of the columns.
struct Line<'a> {
    columns: &'a [String],
    fields: &'a [Field],
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.columns.iter().zip(self.fields))
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Field::Text(text) => serializer.serialize_str(text),
            Field::Count(count) => serializer.serialize_u64(*count),
            Field::Number(value) => serializer.serialize_f64(*value),
            Field::Nothing => serializer.serialize_none(),
        }
    }
}
