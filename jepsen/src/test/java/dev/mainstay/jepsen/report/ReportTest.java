package dev.mainstay.jepsen.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

class ReportTest {

    private static final Pattern SVG = Pattern.compile("<svg.*?</svg>", Pattern.DOTALL);

    @TempDir private Path folder;

    @Test
    void thePage_hasEveryPicture_andEachIsWellFormed() throws Exception {
        var html = new SyntheticRun(2_000, 60).withAnomaly().report().html();

        var pictures = SVG.matcher(html).results().map(r -> r.group()).toList();
        assertThat(pictures).hasSize(5);
        for (var picture : pictures) {
            var svg = parse(picture).getDocumentElement();
            assertThat(svg.getTagName()).isEqualTo("svg");
            assertThat(svg.getAttribute("aria-label")).isNotEmpty();
        }
        assertThat(html).doesNotContain("<script").contains("bin/mainstay torture --seed 4711");
    }

    @Test
    void whatNodesAndValuesSay_isEscaped() throws Exception {
        var html = new SyntheticRun(2_000, 60).withAnomaly().report().html();

        assertThat(html)
                .contains("42 &lt;was&gt; read at n1,\nand after it 41 &amp; not 42")
                .contains("0.1.0 &lt;snapshot&gt;")
                .contains("no answer from &lt;node&gt; &amp; co")
                .doesNotContain("<node>");
    }

    @Test
    void aFault_isABandInEveryChart_withItsKindAndEvidence() throws Exception {
        var html = new SyntheticRun(2_000, 60).report().html();

        var pictures = SVG.matcher(html).results().map(r -> r.group()).toList();
        assertThat(pictures).hasSize(4);
        for (var picture : pictures) {
            assertThat(picture).contains("kill/leader: n1 and n2", "term 4 -&gt; 5");
        }
    }

    @Test
    void anAnomaly_isDrawnWithABoxPerCall_andTheUnknownOneIsDashed() throws Exception {
        var html = new SyntheticRun(2_000, 60).withAnomaly().report().html();

        var timeline = SVG.matcher(html).results().findFirst().orElseThrow().group();
        var boxes = parse(timeline).getElementsByTagName("rect");
        assertThat(boxes.getLength()).isEqualTo(4);
        assertThat(timeline).contains("process 9001", "write [5 41]", "read [5 42]", "rev 991");
        assertThat(timeline.split("stroke-dasharray", -1)).hasSize(2);
    }

    @Test
    void aHundredThousandCalls_makeABoundedPage() throws Exception {
        var html = new SyntheticRun(100_000, 600).withAnomaly().report().html();

        assertThat(html.length()).isLessThan(3_000_000);
    }

    @Test
    void thePictures_areWrittenAsFiles() throws Exception {
        var problem = new SyntheticRun(20_000, 120).withAnomaly().report().write(folder);

        assertThat(problem).isEmpty();
        for (var name : new String[] {"latency-raw", "latency-quantiles", "rate", "timeline"}) {
            var image = ImageIO.read(folder.resolve(name + ".png").toFile());
            assertThat(image.getWidth()).as(name).isGreaterThan(300);
        }
        assertThat(Files.size(folder.resolve("report.html"))).isGreaterThan(10_000);
    }

    @Test
    void aRunWithoutAnyCall_hasAPageToo() throws Exception {
        var run = new SyntheticRun(0, 1);

        assertThat(run.report().html()).contains("</html>");
        assertThat(run.report().write(folder)).isEmpty();
    }

    private static Document parse(String xml)
            throws IOException, SAXException, ParserConfigurationException {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(xml)));
    }
}
