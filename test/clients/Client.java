/* JDBC as a conversation: prints TAP.  Run as a single file. */
import java.sql.*;
import java.util.*;

public class Client {
	static int count = 0;

	static void is(Object got, Object want, String name) {
		boolean good = String.valueOf(got).equals(String.valueOf(want));

		System.out.println((good ? "ok " : "not ok ") + ++count + " - JDBC: " + name);
		if (!good)
			System.out.println("# got " + got + ", expected " + want);
	}

	static void refused(Connection conn, String sql, String state, String name) throws SQLException {
		try (Statement statement = conn.createStatement()) {
			statement.execute(sql);
			is("accepted", state, name);
		} catch (SQLException error) {
			is(error.getSQLState(), state, name);
		}
	}

	static Object one(Connection conn, String sql, Object... values) throws SQLException {
		try (PreparedStatement statement = conn.prepareStatement(sql)) {
			for (int i = 0; i < values.length; i++)
				statement.setObject(i + 1, values[i]);
			try (ResultSet result = statement.executeQuery()) {
				return result.next() ? result.getObject(1) : null;
			}
		}
	}

	/* Columns of all rows. */
	static String all(ResultSet result, String... columns) throws SQLException {
		List<String> rows = new ArrayList<>();

		while (result.next()) {
			List<String> row = new ArrayList<>();

			for (String column : columns)
				row.add(result.getString(column));
			rows.add(String.join(" ", row));
		}
		return String.join(", ", rows);
	}

	public static void main(String[] args) throws Exception {
		Properties properties = new Properties();

		properties.setProperty("user", System.getenv("PGUSER"));
		properties.setProperty("password", System.getenv("PGPASSWORD"));
		Connection conn = DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + System.getenv("PGPORT") + "/" +
			System.getenv("PGDATABASE"), properties);

		is(one(conn, "SELECT count(*) FROM customer WHERE rep = ?", 3), 100, "a query with a parameter");

		/* the sixth time the statement is named and its results are binary */
		for (int i = 1; i <= 7; i++) {
			Object name = one(conn, "SELECT name FROM customer WHERE id = ?", 2 * i);
			if (i == 1 || i == 7)
				is(name, "customer " + 2 * i, "prepared, time " + i);
		}
		for (int i = 1; i <= 7; i++) {
			try (PreparedStatement statement = conn.prepareStatement("SELECT born, worth, tags, extra, feeling, now() FROM customer WHERE id = ?")) {
				statement.setInt(1, 2);
				ResultSet result = statement.executeQuery();
				result.next();
				if (i == 1 || i == 7)
					is(result.getDate(1) + " " + result.getBigDecimal(2) + " " + ((Object[]) result.getArray(3).getArray())[1] + " " +
						result.getString(4) + " " + result.getObject(5), "2000-01-03 2.50 b2 {\"n\": 2} glad", "types, time " + i);
			}
		}

		conn.setAutoCommit(false);
		try (Statement statement = conn.createStatement()) {
			statement.executeUpdate("INSERT INTO customer (id, name) VALUES (1001, 'new')");
		}
		conn.rollback();
		is(one(conn, "SELECT count(*) FROM customer WHERE id = 1001"), 0, "a transaction, rolled back");

		try (PreparedStatement statement = conn.prepareStatement("SELECT id FROM customer ORDER BY id")) {
			int rows = 0;

			statement.setFetchSize(7);
			for (ResultSet result = statement.executeQuery(); result.next();)
				rows++;
			is(rows, 100, "a cursor: portals suspended every 7 rows");
		}
		Savepoint savepoint = conn.setSavepoint();
		refused(conn, "SELECT pg_sleep(1)", "42501", "a refusal");
		conn.rollback(savepoint);
		is(one(conn, "SELECT 1"), 1, "a savepoint takes it");
		refused(conn, "SELECT * FROM secret", "42P01", "a hidden table does not exist");
		refused(conn, "SELECT 1", "25P02", "the transaction has failed");
		conn.rollback();

		conn.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
		conn.setReadOnly(true);
		refused(conn, "DELETE FROM customer", "25006", "read only");
		conn.rollback();
		conn.setReadOnly(false);
		conn.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);

		try (PreparedStatement batch = conn.prepareStatement("INSERT INTO customer (id, name) VALUES (?, ?)")) {
			for (int i = 0; i < 250; i++) {
				batch.setInt(1, 2000 + i);
				batch.setString(2, "x");
				batch.addBatch();
			}
			is(batch.executeBatch().length, 250, "a batch");
		}
		conn.commit();
		try (Statement keys = conn.createStatement()) {
			keys.executeUpdate("UPDATE customer SET name = 'y' WHERE id = 2000", new String[] {"id"});
			ResultSet result = keys.getGeneratedKeys();
			result.next();
			is(result.getInt(1), 2000, "returned keys");
		}
		conn.commit();
		is(conn.isValid(5), true, "isValid");

		/* what tools describe the database with */
		DatabaseMetaData about = conn.getMetaData();
		is(all(about.getTables(null, "public", "%", new String[] {"TABLE"}), "TABLE_NAME", "REMARKS"), "customer who buys, visit null", "tables");
		is(all(about.getColumns(null, "public", "visit", "%"), "COLUMN_NAME", "TYPE_NAME"), "id int4, customer int4, day date, made int4", "columns");
		is(all(about.getPrimaryKeys(null, "public", "customer"), "COLUMN_NAME", "PK_NAME"), "id customer_pkey", "primary key");
		is(all(about.getImportedKeys(null, "public", "visit"), "FKCOLUMN_NAME", "PKTABLE_NAME"), "customer customer", "foreign keys");
		is(all(about.getSchemas(), "TABLE_SCHEM"), "agentsandbox, information_schema, pg_catalog, public", "schemas");
		is(all(about.getTypeInfo(), "TYPE_NAME").contains("int4"), true, "types");
		is(all(about.getIndexInfo(null, "public", "visit", false, false), "INDEX_NAME", "COLUMN_NAME"),
			"visit_customer_day_key customer, visit_customer_day_key day, visit_pkey id, visit_day day", "indexes");
		is(all(about.getCatalogs(), "TABLE_CAT"), System.getenv("PGDATABASE"), "catalogs");
		is(all(about.getFunctions(null, "agentsandbox", "cancel"), "FUNCTION_NAME"), "cancel", "functions");
		is(all(about.getFunctions(null, "public", "%"), "FUNCTION_NAME"), "", "no hidden function");
		is(all(about.getFunctionColumns(null, "agentsandbox", "cancel", "%"), "COLUMN_NAME", "TYPE_NAME"), "returnValue text, id uuid", "arguments of functions");
		is(all(about.getProcedures(null, "agentsandbox", "%"), "PROCEDURE_NAME"), "call", "procedures");
		is(all(about.getUDTs(null, "public", "%", null), "TYPE_NAME"), "customer, glad, parted", "row types");
		is(all(about.getTablePrivileges(null, "public", "%"), "TABLE_NAME"), "", "no privileges of roles");
		is(all(about.getExportedKeys(null, "public", "customer"), "FKTABLE_NAME"), "visit", "keys that refer to a table");
		is(all(about.getTableTypes(), "TABLE_TYPE").contains("VIEW"), true, "kinds of tables");
		conn.rollback();

		Object call = one(conn, "INSERT INTO RemoteProcedureCalls (method, arguments) VALUES (?, ?::jsonb) RETURNING id", "echo",
			"{\"text\": \"from JDBC\"}");
		conn.commit();
		is(one(conn, "SELECT response->>'said' FROM agentsandbox.await(?, '30 s')", call), "from JDBC", "a call");
		conn.commit();
		conn.close();
		System.out.println("1.." + count);
	}
}
