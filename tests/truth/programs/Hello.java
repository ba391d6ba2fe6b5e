import java.nio.file.*;
public class Hello {
    public static void main(String[] words) throws Exception {
        for (String line : Files.readAllLines(Path.of("words"))) System.out.println(line);
        Files.writeString(Path.of("out"), "written");
        System.out.println(new java.io.File("nothing").exists() + " " + Files.exists(Path.of("nowhere")));
        try (var s = Hello.class.getResourceAsStream("inside")) { System.out.println(new String(s.readAllBytes())); }
        try (var d = Files.newDirectoryStream(Path.of("more"))) { for (Path p : d) System.out.println(p); }
        Files.move(Path.of("out"), Path.of("moved"));
        Files.delete(Path.of("moved"));
        new java.io.File("old").renameTo(new java.io.File("new"));
        Files.createDirectory(Path.of("made"));
        System.out.println(new java.io.FileInputStream("words").read());
    }
}
